/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks are found in files made byte by byte; damage of any kind never crashes; exiftool reads the same. */
#define _GNU_SOURCE /* memmem */
#include "../check.h"
#include "probe_fixtures.h"
#include <stdlib.h>
#include <unistd.h>
#include <unmask/probe.h>
#include <unmask/source.h>

enum { FLIPS = 2000 };
static char path[] = "/tmp/unmask-probe-XXXXXX";

static um_probe probe_bytes(const void *data, size_t n)
{
    um_probe probe;
    um_error err;
    CHECK(um_file_write(path, data, n, &err) == UM_OK);
    CHECK(um_probe_file(&probe, path, NULL, &err) == UM_OK);
    return probe;
}

static const um_mark *mark(const um_probe *probe, const char *name)
{
    for (int i = 0; i < probe->n_marks; i++)
        if (!strcmp(probe->marks[i].name, name))
            return &probe->marks[i];
    return NULL;
}

static void check_mark(const um_probe *probe, const char *name, um_mark_state state, const char *detail)
{
    const um_mark *m = mark(probe, name);
    CHECK(m && m->state == state && strstr(m->detail, detail));
    if (m && (m->state != state || !strstr(m->detail, detail)))
        fprintf(stderr, "%s %s: state %d, \"%s\"\n", probe->kind, name, m->state, m->detail);
}

static void test_sha256(void)
{
    /* FIPS 180-4 examples */
    CHECK(!strcmp(probe_bytes("", 0).sha256,
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    um_probe abc = probe_bytes("abc", 3);
    CHECK(!strcmp(abc.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(abc.bytes == 3 && !strcmp(abc.kind, "unknown"));
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    CHECK(!strcmp(probe_bytes(million, 1000000).sha256,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    free(million);
}

static void test_nothing_found(void)
{
    static const char *const names[] = {"c2pa",      "exif",    "xmp",          "iptc_source_type",
                                        "generator", "encoder", "unmask_label", "aigc_label"};
    um_probe probe = probe_bytes("\xFF\xD8\xFF\xD9", 4);
    CHECK(!strcmp(probe.kind, "jpeg") && probe.n_marks == 8);
    for (int i = 0; i < 8; i++) {
        CHECK(!strcmp(probe.marks[i].name, names[i]));
        CHECK(probe.marks[i].state == UM_MARK_ABSENT && !*probe.marks[i].detail);
    }
    um_error err;
    CHECK(um_probe_file(&probe, "/nonexistent/x", NULL, &err) == UM_EIO &&
          strstr(err.text, "/nonexistent/x"));
    CHECK(um_probe_file(&probe, "/dev/zero", NULL, &err) == UM_EIO);
    CHECK(um_probe_file(&probe, "/tmp", NULL, &err) == UM_EIO);
}

static um_probe probe_of(bytes b)
{
    CHECK(!b.broken);
    um_probe probe = probe_bytes(b.data, b.n);
    um_buf_free(&b);
    return probe;
}

static void test_pictures(void)
{
    um_probe p = probe_of(jpeg());
    CHECK(!strcmp(p.kind, "jpeg"));
    check_mark(
        &p, "c2pa", UM_MARK_DECLARES_SYNTHETIC,
        "1 manifest; source type trainedAlgorithmicMedia; claim generator TestMaker/1.0; signature not "
        "checked: it is no COSE_Sign1; content not checked: the signature is not valid");
    check_mark(&p, "exif", UM_MARK_PRESENT,
               "Make Apple; Model iPhone 12; Orientation 6; Software 16.1.2; GPS position; DateTimeOriginal "
               "2021:05:06 07:08:09; UserComment hello");
    check_mark(&p, "xmp", UM_MARK_PRESENT, "CreatorTool Adobe Firefly 2; description A cat");
    check_mark(&p, "iptc_source_type", UM_MARK_DECLARES_SYNTHETIC, "trainedAlgorithmicMedia");
    check_mark(&p, "generator", UM_MARK_DECLARES_SYNTHETIC, "Adobe Firefly 2");
    check_mark(&p, "generator", UM_MARK_DECLARES_SYNTHETIC, "OpenAI-API");
    check_mark(&p, "encoder", UM_MARK_PRESENT, "Lavc59.37.100");
    check_mark(&p, "unmask_label", UM_MARK_ABSENT, "");

    p = probe_of(png());
    CHECK(!strcmp(p.kind, "png"));
    check_mark(&p, "c2pa", UM_MARK_PRESENT, "source type digitalCapture");
    check_mark(&p, "exif", UM_MARK_PRESENT, "Make Apple; Model iPhone 12; Orientation 6");
    check_mark(&p, "generator", UM_MARK_DECLARES_SYNTHETIC, "Steps: 20, Sampler: Euler a");
    check_mark(&p, "generator", UM_MARK_DECLARES_SYNTHETIC, "ComfyUI prompt");
    check_mark(&p, "generator", UM_MARK_DECLARES_SYNTHETIC, "NovelAI");

    p = probe_of(heic());
    CHECK(!strcmp(p.kind, "heic"));
    check_mark(&p, "exif", UM_MARK_PRESENT, "Make Apple; Model iPhone 12");

    p = probe_of(riff("WEBP"));
    CHECK(!strcmp(p.kind, "webp"));
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "trainedAlgorithmicMedia");
    check_mark(&p, "exif", UM_MARK_PRESENT, "Model iPhone 12");
    check_mark(&p, "iptc_source_type", UM_MARK_PRESENT, "digitalCapture");
}

static void test_videos_and_sound(void)
{
    um_probe p = probe_of(mp4());
    CHECK(!strcmp(p.kind, "mp4"));
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "trainedAlgorithmicMedia");
    check_mark(&p, "iptc_source_type", UM_MARK_PRESENT, "digitalCapture");
    check_mark(
        &p, "encoder", UM_MARK_PRESENT,
        "encoder Lavf59.27.100; software Final Cut; make Apple; handler ISO Media file produced by Google "
        "Inc.; in the stream x264 - core 164 r3095 baee400");
    check_mark(&p, "unmask_label", UM_MARK_DECLARES_SYNTHETIC, "unmask synthetic: swap");

    p = probe_of(riff("WAVE"));
    CHECK(!strcmp(p.kind, "wav"));
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "trainedAlgorithmicMedia");
    check_mark(&p, "encoder", UM_MARK_PRESENT, "software Lavf59.27.100");
    check_mark(&p, "unmask_label", UM_MARK_DECLARES_SYNTHETIC, "unmask synthetic: voice");

    p = probe_of(mp3());
    CHECK(!strcmp(p.kind, "mp3"));
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "trainedAlgorithmicMedia");
    check_mark(&p, "encoder", UM_MARK_PRESENT, "encoder Lavf59.27.100; in the stream LAME3.100");

    p = probe_of(flac());
    CHECK(!strcmp(p.kind, "flac"));
    check_mark(&p, "encoder", UM_MARK_PRESENT, "reference libFLAC 1.4.2");
    check_mark(&p, "unmask_label", UM_MARK_DECLARES_SYNTHETIC, "unmask synthetic: x");

    p = probe_of(ogg());
    CHECK(!strcmp(p.kind, "ogg"));
    check_mark(&p, "encoder", UM_MARK_PRESENT, "encoder libopus 1.3.1; encoder Lavc59.37.100 libopus");

    p = probe_of(mkv());
    CHECK(!strcmp(p.kind, "webm"));
    check_mark(&p, "encoder", UM_MARK_PRESENT, "muxing app LavfTest; encoder HandBrak");
    check_mark(&p, "unmask_label", UM_MARK_DECLARES_SYNTHETIC, "unmask synthetic: test");
}

static void test_broken_containers(void)
{
    bytes b = png();
    char *in = memmem(b.data, b.n, "c2pa.signature", 14);
    CHECK(in != NULL);
    in[0] ^= 1; /* any change shows in the checksum */
    um_probe p = probe_of(b);
    check_mark(&p, "c2pa", UM_MARK_BROKEN, "checksum");

    b = mp4(); /* cut inside the manifest */
    p = probe_bytes(b.data, 300);
    check_mark(&p, "c2pa", UM_MARK_BROKEN, "reaches beyond the file");
    um_buf_free(&b);

    b = riff("WEBP");
    in = memmem(b.data, b.n, "jumdc2cl", 8);
    CHECK(in != NULL);
    in[-4] = 0x7F; /* a length inside the manifest */
    p = probe_of(b);
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "a length inside does not fit");

    b = jpeg();
    in = memmem(b.data, b.n, "JP\0\1\0\0\0\2", 8);
    CHECK(in != NULL);
    in[7] = 3; /* one segment is missing */
    p = probe_of(b);
    check_mark(&p, "c2pa", UM_MARK_DECLARES_SYNTHETIC, "segments are missing");

    b = jpeg();
    in = memmem(b.data, b.n, "Exif\0\0II", 8);
    CHECK(in != NULL);
    in[6] = 'X';
    p = probe_of(b);
    check_mark(&p, "exif", UM_MARK_BROKEN, "no TIFF header");
}

static bytes fixture(int i)
{
    switch (i) {
    case 0:
        return jpeg();
    case 1:
        return png();
    case 2:
        return heic();
    case 3:
        return riff("WEBP");
    case 4:
        return mp4();
    case 5:
        return riff("WAVE");
    case 6:
        return mp3();
    case 7:
        return flac();
    case 8:
        return ogg();
    default:
        return mkv();
    }
}

static void check_sane(void)
{
    um_probe p;
    um_error err;
    CHECK(um_probe_file(&p, path, NULL, &err) == UM_OK && p.n_marks == 8 && strlen(p.sha256) == 64);
    for (int i = 0; i < p.n_marks; i++) {
        CHECK(strnlen(p.marks[i].detail, sizeof p.marks[i].detail) < sizeof p.marks[i].detail);
        CHECK((p.marks[i].state != UM_MARK_ABSENT) >= (*p.marks[i].detail != 0));
        for (const char *c = p.marks[i].detail; *c; c++)
            CHECK((unsigned char)*c >= ' ');
    }
}

/* ASan and UBSan watch. */
static void test_damage_never_crashes(void)
{
    uint32_t random = 12345;
    for (int i = 0; i < 10; i++) {
        bytes b = fixture(i);
        um_error err;
        CHECK(um_file_write(path, b.data, b.n, &err) == UM_OK);
        for (size_t n = b.n; n-- > 0;) {
            CHECK(truncate(path, (off_t)n) == 0);
            check_sane();
        }
        for (int k = 0; k < FLIPS / 10; k++) {
            bytes flipped = start();
            um_buf_add(&flipped, b.data, b.n);
            for (int f = 0; f < 1 + k % 8; f++) {
                random = random * 1664525 + 1013904223;
                size_t bit = (random >> 8) % (flipped.n * 8);
                flipped.data[bit / 8] ^= (char)(1 << bit % 8);
            }
            CHECK(um_file_write(path, flipped.data, flipped.n, &err) == UM_OK);
            check_sane();
            um_buf_free(&flipped);
        }
        um_buf_free(&b);
    }
}

static void test_memory_may_run_out(void)
{
    bytes b = png();
    um_error err;
    um_probe p;
    CHECK(um_file_write(path, b.data, b.n, &err) == UM_OK);
    um_buf_free(&b);
    for (long n = 0; n < 1000; n++) {
        um_alloc_fail_at(n);
        um_status st = um_probe_file(&p, path, NULL, &err);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        if (!failed)
            break;
        CHECK(st == UM_ENOMEM && err.code == UM_ENOMEM);
    }
}

static void test_exiftool_agrees(void)
{
    if (system("exiftool -ver >/dev/null 2>&1") != 0) {
        fprintf(stderr, "no exiftool: comparison skipped\n");
        return;
    }
    static const char expected[] =
        "Apple|iPhone 12|6|16.1.2|2021:05:06 07:08:09|hello|Adobe Firefly 2|" TRAINED "\n";
    char command[400], got[400] = "";
    bytes b = jpeg();
    um_error err;
    CHECK(um_file_write(path, b.data, b.n, &err) == UM_OK);
    um_buf_free(&b);
    snprintf(
        command, sizeof command,
        "exiftool -n -p '$Make|$Model|$Orientation|$Software|$DateTimeOriginal|$UserComment|$CreatorTool|"
        "$DigitalSourceType' %s 2>/dev/null",
        path);
    FILE *f = popen(command, "r");
    CHECK(f && fgets(got, sizeof got, f));
    if (f)
        pclose(f);
    CHECK(!strcmp(got, expected));
    if (strcmp(got, expected))
        fprintf(stderr, "exiftool: %s", got);
}

static void test_json(void)
{
    bytes b = jpeg();
    um_error err;
    char *text = NULL;
    CHECK(um_file_write(path, b.data, b.n, &err) == UM_OK);
    um_buf_free(&b);
    CHECK(um_probe_json(&text, path, NULL, &err) == UM_OK);
    CHECK(text && strstr(text, "\"kind\": \"jpeg\"") && strstr(text, "\"declares_synthetic\"") &&
          strstr(text, "\"streams\": "));
    free(text);
    CHECK(um_probe_json(&text, "/nonexistent/x", NULL, &err) == UM_EIO && !text);
}

int main(void)
{
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    test_sha256();
    test_nothing_found();
    test_pictures();
    test_videos_and_sound();
    test_broken_containers();
    test_damage_never_crashes();
    test_memory_may_run_out();
    test_exiftool_agrees();
    test_json();
    unlink(path);
    return check_done();
}
