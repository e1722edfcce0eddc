/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where may be written: through links, to devices and descriptors, never to what is kept; and what is read
 * from pipes. What each case leads to is what POSIX says of the name. */
#include "../check.h"
#include "base/input.h"
#include "base/spool.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unmask/output.h>

static char dir[] = "/tmp/unmask-output-XXXXXX";

static const char *in_dir(const char *name)
{
    static char paths[8][200];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static bool holds(const char *path, const char *text)
{
    char found[100] = "";
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(found, 1, sizeof found - 1, f) : 0;
    if (f)
        fclose(f);
    return f && n == strlen(text) && !strcmp(found, text);
}

static bool is_link(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
}

static um_status write_text(const char *path, const char *text, um_error *err)
{
    return um_file_write(path, text, strlen(text), err);
}

static int entries(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        n += *e->d_name != '.';
    if (d)
        closedir(d);
    return n;
}

static void test_links(void)
{
    um_error err;
    put(in_dir("target"), "old");
    CHECK(symlink("target", in_dir("near")) == 0 && symlink(in_dir("near"), in_dir("far")) == 0);
    CHECK(symlink("made", in_dir("dangling")) == 0);
    CHECK(symlink("loop", in_dir("loop")) == 0 && symlink("none/made", in_dir("nowhere")) == 0);
    CHECK(write_text(in_dir("far"), "new", &err) == UM_OK && holds(in_dir("target"), "new"));
    CHECK(is_link(in_dir("far")) && is_link(in_dir("near")));
    CHECK(write_text(in_dir("dangling"), "new", &err) == UM_OK && holds(in_dir("made"), "new"));
    CHECK(is_link(in_dir("dangling")));
    CHECK(write_text(in_dir("loop"), "x", &err) == UM_EWRITE && strstr(err.text, "loop"));
    CHECK(write_text(in_dir("nowhere"), "x", &err) == UM_EWRITE);
    CHECK(write_text(dir, "x", &err) == UM_EWRITE && strstr(err.text, "folder"));
    CHECK(write_text(in_dir("none/x"), "x", &err) == UM_EWRITE);
    CHECK(write_text(in_dir(""), "x", &err) == UM_EWRITE && write_text("", "x", &err) == UM_EWRITE);
}

static void test_permissions(void)
{
    static const mode_t modes[] = {0600, 0640, 0666, 0755};
    um_error err;
    struct stat s;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        put(in_dir("mode"), "old");
        CHECK(chmod(in_dir("mode"), modes[i]) == 0 && write_text(in_dir("mode"), "new", &err) == UM_OK);
        CHECK(stat(in_dir("mode"), &s) == 0 && (s.st_mode & 07777) == modes[i]);
    }
    if (geteuid() == 0) { /* who replaces another's file does not take it from him */
        CHECK(chown(in_dir("mode"), 12, 34) == 0 && write_text(in_dir("mode"), "x", &err) == UM_OK);
        CHECK(stat(in_dir("mode"), &s) == 0 && s.st_uid == 12 && s.st_gid == 34);
    } else {
        CHECK(chmod(in_dir("mode"), 0444) == 0 && write_text(in_dir("mode"), "x", &err) == UM_EWRITE);
        CHECK(holds(in_dir("mode"), "new"));
    }
}

/* By its name, another path, a link, a hard link; also when it becomes one after the output was begun. */
static void test_kept(void)
{
    um_error err;
    um_file file;
    char other[250];
    put(in_dir("evidence"), "evidence");
    snprintf(other, sizeof other, "%s/../%s/evidence", dir, strrchr(dir, '/') + 1);
    CHECK(link(in_dir("evidence"), in_dir("hard")) == 0 && symlink("evidence", in_dir("soft")) == 0);
    CHECK(um_file_create(&file, in_dir("evidence"), &err) == UM_OK);
    CHECK(um_output_keep(in_dir("soft"), &err) == UM_OK);
    CHECK(fputs("report", file.f) >= 0 && um_file_commit(&file, &err) == UM_EINVAL);
    const int before = entries();
    const char *const names[] = {in_dir("evidence"), in_dir("hard"), in_dir("soft"), other};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK(um_output_check(names[i], &err) == UM_EINVAL && strstr(err.text, "input"));
        CHECK(write_text(names[i], "report", &err) == UM_EINVAL);
    }
    CHECK(holds(in_dir("evidence"), "evidence") && entries() == before);
    CHECK(um_output_keep(in_dir("absent"), &err) == UM_OK && um_output_keep(dir, &err) == UM_OK);
    CHECK(um_output_check(dir, &err) == UM_OK && um_output_check(in_dir("absent"), &err) == UM_OK);
    CHECK(um_output_check("/dev/null", &err) == UM_OK && um_output_check(in_dir("no/x"), &err) == UM_EWRITE);
    CHECK(entries() == before);
}

static void test_descriptors(void)
{
    um_error err;
    char name[64];
    const int fd = open(in_dir("behind"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, "head ", 5) == 5);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    CHECK(symlink(name, in_dir("stdout")) == 0);
    CHECK(write_text(name, "one ", &err) == UM_OK && write_text(in_dir("stdout"), "two", &err) == UM_OK);
    CHECK(holds(in_dir("behind"), "head one two") && is_link(in_dir("stdout")));
    CHECK(um_output_keep(in_dir("behind"), &err) == UM_OK && write_text(name, "x", &err) == UM_EINVAL);
    close(fd);
    CHECK(write_text(name, "x", &err) == UM_EWRITE); /* closed by now */
    CHECK(um_output_is_stdout("/dev/stdout") && !um_output_is_stdout("/dev/stderr"));
    CHECK(!um_output_is_stdout(in_dir("stdout")) && !um_output_is_stdout("stdout"));
    CHECK(mkfifo(in_dir("fifo"), 0600) == 0 && write_text(in_dir("fifo"), "x", &err) == UM_EWRITE);
    CHECK(strstr(err.text, "nobody reads"));
    const int reader = open(in_dir("fifo"), O_RDONLY | O_NONBLOCK);
    char got[8] = "";
    CHECK(write_text(in_dir("fifo"), "piped", &err) == UM_OK && read(reader, got, 7) == 5);
    CHECK(!strcmp(got, "piped"));
    close(reader);
}

/* A process that is ended in the middle leaves what was there before, and nothing beside it. */
static void test_end(void)
{
    put(in_dir("whole"), "old");
    const int before = entries();
    const pid_t child = fork();
    if (!child) {
        um_file file;
        const bool began = um_file_create(&file, in_dir("whole"), NULL) == UM_OK;
        um_outputs_abandon();
        _exit(began ? 0 : 1);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(holds(in_dir("whole"), "old") && entries() == before);
}

static um_status read_name(const char *name, char **text, size_t *n, um_error *err)
{
    free(*text);
    return um_file_read(text, n, name, 1 << 20, err);
}

static void test_pipes(void)
{
    enum { BYTES = 300000 }; /* more than a pipe holds */
    um_error err;
    int ends[2];
    char name[64], *text = NULL;
    size_t n;
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    if (!child) {
        static char bytes[BYTES];
        memset(bytes, 'x', sizeof bytes);
        close(ends[0]);
        for (size_t at = 0; at < sizeof bytes;)
            at += (size_t)write(ends[1], bytes + at, sizeof bytes - at);
        _exit(0);
    }
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    CHECK(read_name(name, &text, &n, &err) == UM_OK && n == BYTES && text[0] == 'x' && text[n - 1] == 'x');
    CHECK(read_name(name, &text, &n, &err) == UM_OK && n == BYTES); /* asked twice, read once */
    CHECK(waitpid(child, NULL, 0) == child);
    /* a file is taken from where it stands */
    const int fd = open(in_dir("whole"), O_RDONLY);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    CHECK(read_name(name, &text, &n, &err) == UM_OK && n == 3 && !strcmp(text, "old"));
    CHECK(lseek(fd, 1, SEEK_SET) == 1 && read_name(name, &text, &n, &err) == UM_OK && !strcmp(text, "ld"));
    close(fd);
    const char *const refused[] = {in_dir("fifo"), "/dev/zero", "/dev/tty", dir, "/proc/self/fd/999"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(read_name(refused[i], &text, &n, &err) == UM_EIO && !text);
    free(text);
}

/* The copy of a pipe has no place: said, and nothing is left. RLIMIT_FSIZE stands for a full disk. */
static void test_spool_without_room(void)
{
    um_error err;
    int ends[2], fd;
    struct rlimit before, small = {4, 4};
    CHECK(pipe(ends) == 0 && write(ends[1], "12345678", 8) == 8 && close(ends[1]) == 0);
    CHECK(setenv("TMPDIR", in_dir("none"), 1) == 0);
    CHECK(um_spool(&fd, ends[0], "pipe", &err) == UM_EWRITE && fd < 0 && strstr(err.text, "none"));
    CHECK(setenv("TMPDIR", dir, 1) == 0);
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK(um_spool(&fd, ends[0], "pipe", &err) == UM_EWRITE && fd < 0);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    close(ends[0]);
}

int main(void)
{
    CHECK(mkdtemp(dir));
    test_links();
    test_permissions();
    test_kept();
    test_descriptors();
    test_end();
    test_pipes();
    test_spool_without_room();
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    CHECK(system(command) == 0);
    return check_done();
}
