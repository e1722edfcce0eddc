/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labelled sets: RFC 4180's own rules line by line, labels.csv, filters, what hangs together. */
#include "../check.h"
#include "data/csv.h"
#include "data/dataset.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_dataset.XXXXXX";
static char path[256];

static const char *file(const char *name, const void *bytes, size_t n)
{
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK(um_file_write(path, bytes, n, NULL) == UM_OK);
    return path;
}

static bool refused(const char *text, size_t n, const char *why)
{
    um_csv csv;
    um_error err = {0};
    um_status st = um_csv_open(&csv, file("refused.csv", text, n), &err);
    while (st == UM_OK)
        st = um_csv_next(&csv, &err);
    um_csv_free(&csv);
    if (st == UM_EFORMAT && strstr(err.text, why))
        return true;
    fprintf(stderr, "%d: %s\n", st, err.text);
    return false;
}

/* RFC 4180, section 2: the numbers are its rules. */
static void csv_by_the_rules(void)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a,\"b\",\"c,\"\"d\"\"\"\r\n"     /* 1, 3, 4, 5 */
                               "1,\"two\r\nlines\",\"\"\"\"\r\n" /* 6, 7 */
                               " x ,,\n"                         /* 4: blanks belong to the field */
                               "\"\",\"y\"\r\n"
                               ",z,last"; /* 2: the last line needs no end */
    um_csv csv;
    um_error err;
    CHECK(um_csv_open(&csv, file("rules.csv", text, strlen(text)), &err) == UM_OK);
    CHECK(csv.n_columns == 3 && um_csv_column(&csv, "a") == 0 && um_csv_column(&csv, "c,\"d\"") == 2);
    CHECK(um_csv_column(&csv, "d") == -1);
    CHECK(um_csv_next(&csv, &err) == UM_OK && csv.line == 2);
    CHECK(!strcmp(csv.field[0], "1") && !strcmp(csv.field[1], "two\r\nlines") && !strcmp(csv.field[2], "\""));
    CHECK(um_csv_next(&csv, &err) == UM_OK && csv.line == 4);
    CHECK(!strcmp(csv.field[0], " x ") && !*csv.field[1] && !*csv.field[2] && !*um_csv_field(&csv, -1));
    CHECK(um_csv_next(&csv, &err) == UM_EFORMAT && strstr(err.text, "line 5: 2 fields under 3 names"));
    CHECK(um_csv_next(&csv, &err) == UM_OK && csv.line == 6);
    CHECK(!*csv.field[0] && !strcmp(csv.field[1], "z") && !strcmp(um_csv_field(&csv, 2), "last"));
    CHECK(um_csv_next(&csv, &err) == UM_EOF);
    um_csv_free(&csv);
}

static void csv_refuses(void)
{
#define REFUSED(text, why) CHECK(refused(text, sizeof text - 1, why))
    REFUSED("", "empty");
    REFUSED("\xEF\xBB\xBF", "empty");
    REFUSED("a,,b\n", "line 1: column 2 has no name");
    REFUSED("a,b,a\n", "line 1: columns 1 and 3");
    REFUSED("a,b\n1,2\n1\n", "line 3: 1 fields under 2");
    REFUSED("a,b\n1,2,3\n", "line 2: 3 fields under 2");
    REFUSED("a\nx\"y\n", "line 2: a quote inside");
    REFUSED("a\n\"x\"y\n", "line 2: a byte that belongs to no field");
    REFUSED("a\nx\ry\n", "line 2: a byte that belongs to no field");
    REFUSED("a\nx\0y\n", "line 2: a byte that belongs to no field");
    REFUSED("a\n\"x\0y\"\n", "line 2: a zero byte");
    REFUSED("a\n\n\"x\ny", "line 3: a quote that is not closed");
    REFUSED("a\n\"", "line 2: a quote that is not closed");
#undef REFUSED
    char wide[4 * UM_CSV_COLUMNS + 16] = "";
    size_t n = 0;
    for (int i = 0; i < UM_CSV_COLUMNS; i++)
        n += (size_t)snprintf(wide + n, sizeof wide - n, "%s%x", i ? "," : "", i);
    um_csv csv;
    CHECK(um_csv_open(&csv, file("wide.csv", wide, n), NULL) == UM_OK && csv.n_columns == UM_CSV_COLUMNS);
    um_csv_free(&csv);
    n += (size_t)snprintf(wide + n, sizeof wide - n, ",z");
    CHECK(refused(wide, n, "line 1: too many fields"));
}

static const char list[] = "unknown,split,path,label,generator,repository,pair_id,speaker,kind\n"
                           ",train,r/1.wav,real,,me/one,p1,anna,speech\n"
                           ",train,f/1.wav,fake,hifi,me/one,p1,,tts\n"
                           ",dev,f/2.wav,FAKE,wave,me/two,,bob,vc\n"
                           ",test,/abs/3.wav,edited,,me/two,,bob,\n"
                           ",,r/4.wav,bonafide,,me/two,,,speech\n"
                           ",validation,r/5.wav,real,,,p2,anna,speech\n";

static um_dataset *opened(const char *name, const char *text)
{
    um_dataset *set;
    um_error err;
    if (um_dataset_open(&set, file(name, text, strlen(text)), &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    return set;
}

static void list_is_read(void)
{
    char expected[300];
    um_dataset *set = opened("labels.csv", list);
    CHECK(set && um_dataset_count(set) == 6);
    const um_example *s = um_dataset_at(set, 1);
    snprintf(expected, sizeof expected, "%s/f/1.wav", dir);
    CHECK(!strcmp(s->path, expected) && !strcmp(s->name, "f/1.wav") && s->label == UM_LABEL_FAKE);
    CHECK(!strcmp(s->kind, "tts") && !strcmp(s->generator, "hifi") && !strcmp(s->pair_id, "p1"));
    CHECK(!*s->group && !strcmp(s->source, "me/one") && !*s->quality && s->split == UM_SPLIT_TRAIN);
    CHECK(s->audio == UM_LABEL_UNSAID && s->video == UM_LABEL_UNSAID);
    CHECK(um_dataset_at(set, 2)->label == UM_LABEL_FAKE && um_dataset_at(set, 2)->split == UM_SPLIT_DEV);
    s = um_dataset_at(set, 3);
    CHECK(!strcmp(s->path, "/abs/3.wav") && s->label == UM_LABEL_NEITHER && s->split == UM_SPLIT_TEST);
    s = um_dataset_at(set, 4);
    CHECK(s->label == UM_LABEL_REAL && s->split == UM_SPLIT_NONE && !*um_split_name(s->split));
    CHECK(um_dataset_at(set, 5)->split == UM_SPLIT_DEV);
    CHECK(!strcmp(um_example_field(s, "path"), "r/4.wav") && !strcmp(um_example_field(s, "label"), "real"));
    CHECK(!um_example_field(s, "colour"));
    um_dataset_free(&set);
    CHECK(!set);

    um_dataset *folder; /* the folder of the list is the set, too */
    CHECK(um_dataset_open(&folder, dir, NULL) == UM_OK && um_dataset_count(folder) == 6);
    um_dataset_free(&folder);
}

static void list_is_refused(const char *text, const char *why)
{
    um_dataset *set;
    um_error err = {0};
    CHECK(um_dataset_open(&set, file("bad.csv", text, strlen(text)), &err) == UM_EFORMAT && !set);
    CHECK(strstr(err.text, why) && strstr(err.text, "/bad.csv"));
}

static size_t kept(const char *expression)
{
    um_dataset *set = opened("labels.csv", list);
    CHECK(um_dataset_filter(set, expression, NULL) == UM_OK);
    const size_t n = um_dataset_count(set);
    um_dataset_free(&set);
    return n;
}

static void filters(void)
{
    CHECK(kept("") == 6 && kept("split=train") == 2 && kept("split!=train") == 4);
    CHECK(kept("kind=tts|vc") == 2 && kept("kind!=tts|vc") == 4 && kept("kind=tt") == 0);
    CHECK(kept("split=dev|test,label=real") == 1 && kept("group=") == 2 && kept("split=|dev") == 3);
    CHECK(kept("path=f/2.wav") == 1 && kept("audio_label=") == 6);
    static const char *const wrong[] = {
        "kind",   "kind,", "kind=a,", "colour=red",         "=a",
        "kind!a", ",",     "!=a",     "kind=a,,label=real", "a_name_of_a_field_that_is_far_too_long=a"};
    um_dataset *set = opened("labels.csv", list);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(um_dataset_filter(set, wrong[i], NULL) == UM_EINVAL && um_dataset_count(set) == 6);
    um_dataset_free(&set);
}

static void clusters(void)
{
    um_dataset *set = opened("labels.csv", list);
    uint32_t c[6], d[7];
    size_t n;
    CHECK(um_dataset_clusters(c, &n, set, NULL) == UM_OK && n == 3);
    /* 0 and 1 by their pair, 0 and 5 by their person, 2 and 3 by theirs, 4 has neither */
    CHECK(c[0] == 0 && c[1] == 0 && c[5] == 0 && c[2] == 1 && c[3] == 1 && c[4] == 2);
    um_dataset_free(&set);
    set = opened("chain.csv",
                 "path,label,group,pair_id\n0,real,d,\n1,real,c,y\n2,real,b,x\n3,real,,x\n4,real,b,y\n"
                 "5,real,d,z\n6,real,,z\n");
    CHECK(um_dataset_clusters(d, &n, set, NULL) == UM_OK && n == 2);
    CHECK(d[0] == 0 && d[5] == 0 && d[6] == 0 && d[1] == 1 && d[2] == 1 && d[3] == 1 && d[4] == 1);
    um_dataset_free(&set);
}

static void memory_runs_out(void)
{
    file("labels.csv", list, strlen(list));
    for (int n = 0, done = 0; !done; n++) {
        um_dataset *set;
        um_error err;
        uint32_t c[6];
        size_t count;
        um_alloc_fail_at(n);
        um_status st = um_dataset_open(&set, path, &err);
        if (st == UM_OK)
            st = um_dataset_filter(set, "split!=x", &err);
        if (st == UM_OK)
            st = um_dataset_clusters(c, &count, set, &err);
        done = !um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(done ? st == UM_OK : st == UM_ENOMEM && err.code == UM_ENOMEM);
        um_dataset_free(&set);
    }
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    csv_by_the_rules();
    csv_refuses();
    list_is_read();
    list_is_refused("path\na\n", "line 1: no column 'label'");
    list_is_refused("label\nreal\n", "line 1: no column 'path'");
    list_is_refused("path,label\na,real\nb,maybe\n", "line 3: label 'maybe'");
    list_is_refused("path,label,audio_label\nb,fake,no\n", "line 2: label 'no'");
    list_is_refused("path,label\n,fake\n", "line 2: no path");
    list_is_refused("path,label,split\na,fake,tset\n", "line 2: split 'tset'");
    filters();
    clusters();
    memory_runs_out();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
