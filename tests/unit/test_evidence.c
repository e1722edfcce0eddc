/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage is claimed from evidence only: every container intact (nothing is claimed), with tracks of unequal
 * length, with lengths that are placeholders, with tags at its end; and cut at 60 %, which is told wherever
 * the format declares its length. */
#include "source_fixture.h"
#include <unmask/probe.h>

static whole w;
static const um_source_options all = {.want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1};

static const struct {
    const char *name, *kind, *options; /* of the encoder */
    bool cut_is_told;                  /* else a cut file of this kind is a shorter file */
    bool to_pipe;                      /* written into a pipe: no length can be filled in later */
} kinds[] = {
    {"front.mp4", "mp4", "-c copy -movflags +faststart", true, false},
    {"fragments.mp4", "mp4", "-c copy -movflags frag_keyframe+empty_moov", true, false},
    {"front.mov", "mov", "-c copy -movflags +faststart", true, false},
    {"k.mkv", "mkv", "-c copy", true, false},
    {"pipe.mkv", "mkv", "-c copy -f matroska", true, true},
    {"k.webm", "webm", "-c:v libvpx -b:v 300k -c:a libopus", true, false},
    {"live.webm", "webm", "-c:v libvpx -b:v 300k -c:a libopus -live 1 -f webm", true, true},
    {"k.avi", "avi", "-c:v mpeg4 -c:a libmp3lame", true, false},
    {"k.wmv", "asf", "-c:v wmv2 -c:a wmav2", true, false},
    {"k.wma", "asf", "-vn -c:a wmav2", true, false},
    {"k.ogv", "ogg", "-c:v libtheora -c:a libvorbis", true, false},
    {"k.ogg", "ogg", "-vn -c:a libvorbis", true, false},
    {"k.opus", "ogg", "-vn -c:a libopus", true, false},
    {"k.flv", "flv", "-c copy", true, false},
    {"pipe.flv", "flv", "-c copy -f flv", true, true},
    {"k.ts", "mpeg-ts", "-c copy", false, false},
    {"k.mts", "mts", "-c:v mpeg2video -c:a ac3 -mpegts_m2ts_mode 1 -f mpegts", false, false},
    {"k.mpg", "mpeg-ps", "-c:v mpeg2video -c:a mp2", false, false},
    {"k.mxf", "mxf", "-c:v mpeg2video -c:a pcm_s16le -ar 48000", true, false},
    {"k.wav", "wav", "-vn -c:a pcm_s16le", true, false},
    {"adpcm.wav", "wav", "-vn -c:a adpcm_ima_wav", true, false},
    {"rf64.wav", "wav", "-vn -rf64 always", true, false},
    {"pipe.wav", "wav", "-vn -f wav", false, true},
    {"k.w64", "w64", "-vn", true, false},
    {"pipe.w64", "w64", "-vn -f w64", false, true},
    {"k.aiff", "aiff", "-vn", true, false},
    {"k.aifc", "aifc", "-vn -c:a pcm_alaw -f aiff", true, false},
    {"pipe.aiff", "aiff", "-vn -f aiff", false, true},
    {"k.caf", "caf", "-vn", true, false},
    {"pipe.caf", "caf", "-vn -f caf", false, true},
    {"k.au", "au", "-vn", true, false},
    {"pipe.au", "au", "-vn -f au", false, true},
    {"k.flac", "flac", "-vn", true, false},
    {"pipe.flac", "flac", "-vn -f flac", false, true},
    {"k.mp3", "mp3", "-vn -c:a libmp3lame", true, false},
    {"none.mp3", "mp3", "-vn -c:a libmp3lame -write_xing 0", false, false},
    {"k.aac", "aac", "-vn -c copy", false, false},
    {"k.ac3", "ac3", "-vn -c:a ac3", false, false},
    {"k.wv", "wavpack", "-vn", true, false},
    {"k.tta", "tta", "-vn", true, false},
    {"k.h264", "h264", "-an -c copy", false, false},
    {"k.y4m", "y4m", "-an -pix_fmt yuv420p", false, false},
    {"k.ivf", "ivf", "-an -c:v libvpx -b:v 300k", true, false},
};

static void nothing_claimed(const char *name)
{
    whole_read(&w, fixture_path(name), all);
    if (w.status != UM_EOF || w.damage.truncated || w.damage.broken_packets || *w.damage.note)
        fprintf(stderr, "%s: %s%s\n", name, w.err.text, w.damage.note);
    CHECK(w.status == UM_EOF && w.n > 0);
    CHECK(!w.damage.truncated && !w.damage.broken_packets && !w.damage.broken_frames && !*w.damage.note);
}

enum { KINDS = sizeof kinds / sizeof *kinds };

/* One run of the program for many of them: starting it takes longer than they do. */
static bool make_kinds(void)
{
    char outputs[2600];
    for (size_t i = 0, n; i < KINDS;) {
        for (n = 0; i < KINDS && n < 2000; i++)
            n += (size_t)snprintf(outputs + n, sizeof outputs - n, " -map_metadata -1 %s %s%s",
                                  kinds[i].options, kinds[i].to_pipe ? "-seekable 0 " : "", kinds[i].name);
        if (!fixture_run(FFMPEG "-i clip.mkv %s", outputs))
            return false;
    }
    return true;
}

static void test_intact_and_cut(void)
{
    CHECK(fixture_run(FFMPEG
                      "-f lavfi -i testsrc2=s=96x64:r=25:d=3 -f lavfi -i sine=d=3:r=44100 -c:v libx264 "
                      "-preset ultrafast -g 25 -c:a aac -ac 2 clip.mkv"));
    CHECK(make_kinds());
    for (size_t i = 0; i < KINDS; i++) {
        const char *name = kinds[i].name;
        nothing_claimed(name);
        um_probe probe;
        CHECK(um_probe_file(&probe, fixture_path(name), NULL, &w.err) == UM_OK);
        CHECK(!strcmp(probe.kind, kinds[i].kind));
        if (strcmp(probe.kind, kinds[i].kind) != 0)
            fprintf(stderr, "%s is called %s\n", name, probe.kind);
        CHECK(!w.media.duration_s || fabs(w.media.duration_s - 3) < 0.15);
        whole_free(&w);
        size_t n;
        char *bytes = fixture_read(name, &n), cut[40];
        snprintf(cut, sizeof cut, "cut-%s", name);
        CHECK(n > 0 && fixture_write(cut, bytes, n * 6 / 10));
        free(bytes);
        whole_read(&w, fixture_path(cut), all);
        if (w.status != UM_EOF || w.damage.truncated != kinds[i].cut_is_told)
            fprintf(stderr, "%s: %s%s\n", cut, w.err.text, w.damage.note);
        CHECK(w.status == UM_EOF && w.damage.truncated == kinds[i].cut_is_told);
        CHECK(!kinds[i].cut_is_told || *w.damage.note);
        whole_free(&w);
    }
}

/* Pictures of 1 s, sound of 3 s, and the other way round; a subtitle that stays to 20 s. */
static void test_unequal_tracks(void)
{
    static const struct {
        const char *name, *codecs;
    } to[] = {{"u.mkv", ""},
              {"u.webm", "-c:v libvpx -c:a libvorbis"},
              {"u.wmv", "-c:v wmv2 -c:a wmav2"},
              {"u.ogv", "-c:v libtheora -c:a libvorbis"},
              {"u.mp4", ""},
              {"u.mov", ""},
              {"u.avi", "-c:v mpeg4 -c:a mp2"},
              {"u.ts", ""},
              {"u.flv", ""},
              {"u.mxf", "-c:v mpeg2video -c:a pcm_s16le -ar 48000"},
              {"u.mpg", "-c:v mpeg2video -c:a mp2"}};
    static const char subtitle[] = "1\n00:00:00,500 --> 00:00:20,000\nstill here\n";
    for (int longer_sound = 0; longer_sound < 2; longer_sound++) {
        char outputs[2000];
        size_t n = 0;
        for (size_t i = 0; i < sizeof to / sizeof *to; i++)
            n += (size_t)snprintf(outputs + n, sizeof outputs - n, " %s %s", to[i].codecs, to[i].name);
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc2=s=96x64:r=25:d=%d -f lavfi -i sine=d=%d:r=44100 %s",
                          longer_sound ? 1 : 3, longer_sound ? 3 : 1, outputs));
        for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
            nothing_claimed(to[i].name);
            whole_free(&w);
        }
    }
    CHECK(fixture_write("s.srt", subtitle, strlen(subtitle)));
    static const char *const with[] = {"t.mkv", "-c copy", "t.mp4", "-c copy -c:s mov_text"};
    for (int i = 0; i < 2; i++) {
        CHECK(fixture_run(FFMPEG "-i clip.mkv -i s.srt -map 0 -map 1 %s %s", with[2 * i + 1], with[2 * i]));
        nothing_claimed(with[2 * i]);
        whole_free(&w);
    }
}

static void put32(char *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(v >> 8 * i);
}

/* Lengths that nobody measured: the sound is all there, and as long as it is. */
static void test_placeholders(void)
{
    static const uint32_t sizes[][2] = {{0, 0},
                                        {36, 0},
                                        {0xFFFFFFFF, 0xFFFFFFFF},
                                        {0xFFFFFFFF, 0xFFFFFFFF - 36},
                                        {0x7FFFFFFF, 0x7FFFFFFF - 36},
                                        {0x7FFFF024, 0x7FFFF000},
                                        {2000000036, 2000000000}};
    enum { RATE = 16000, SAMPLES = 30617, HEAD = 44 };
    static char b[HEAD + 2 * SAMPLES + 1] = "RIFF....WAVEfmt \20\0\0\0\1\0\1\0";
    put32(b + 24, RATE);
    put32(b + 28, 2 * RATE);
    memcpy(b + 32, "\2\0\20\0data", 8);
    for (int i = 0; i < 2 * SAMPLES; i++)
        b[HEAD + i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int rest = 0; rest < 2; rest++) { /* and stopped within a sample */
            put32(b + 4, sizes[i][0]);
            put32(b + 40, sizes[i][1]);
            CHECK(fixture_write("placeholder.wav", b, HEAD + 2 * SAMPLES + (size_t)rest));
            nothing_claimed("placeholder.wav");
            CHECK(w.n_samples == SAMPLES);
            CHECK_NEAR(w.media.duration_s, (double)SAMPLES / RATE, 1e-4);
            whole_free(&w);
        }
    put32(b + 4, 36 + 4 * SAMPLES); /* a length that agrees with itself is a declaration */
    put32(b + 40, 4 * SAMPLES);
    CHECK(fixture_write("short.wav", b, HEAD + 2 * SAMPLES));
    whole_read(&w, fixture_path("short.wav"), all);
    CHECK(w.damage.truncated && w.n_samples == SAMPLES);
    whole_free(&w);
}

/* An extension of the header that is declared and not there: the file is short, not the memory. */
static void test_missing_extension(void)
{
    static const char head[] =
        "RIFF\0\1\0\0WAVEfmt \50\0\0\0\376\377\2\0\104\254\0\0\20\261\2\0\4\0\20\0\26\0\20\0\3";
    for (size_t n = 20; n < sizeof head; n++) {
        CHECK(fixture_write("ext.wav", head, n));
        whole_read(&w, fixture_path("ext.wav"), all);
        CHECK(w.status == UM_EFORMAT && strstr(w.err.text, "ext.wav: the file seems to end early"));
        whole_free(&w);
    }
}

static void test_tags_at_the_end(void)
{
    static const char *const names[] = {"k.mp3", "none.mp3", "k.aac", "k.ac3", "k.flac"};
    static char tags[32 + 20000 + 32 + 128];
    memcpy(tags, "APETAGEX\xD0\7\0\0\x40\x4E\0\0\1\0\0\0\0\0\0\xA0", 24);
    memcpy(tags + 20032, "APETAGEX\xD0\7\0\0\x40\x4E\0\0\1\0\0\0\0\0\0\x80", 24);
    memcpy(tags + 20064, "TAG", 3);
    for (int i = 0; i < 5; i++)
        for (int which = 0; which < 2; which++) {
            size_t n;
            char *bytes = fixture_read(names[i], &n);
            whole_read(&w, fixture_path(names[i]), all);
            int n_samples = w.n_samples;
            whole_free(&w);
            size_t more = which ? 128 : sizeof tags;
            memcpy(bytes + n, tags + sizeof tags - more, more);
            CHECK(fixture_write("tagged", bytes, n + more));
            free(bytes);
            nothing_claimed("tagged");
            CHECK(w.n_samples == n_samples);
            whole_free(&w);
        }
}

/* Of what no encoder is at hand: AMR of 12.2 kbit/s, a head and frames of 32 bytes. And pictures. */
static void test_other_kinds(void)
{
    static char amr[6 + 50 * 32] = "#!AMR\n";
    static const char *const files[][2] = {{"k.jp2", "jp2"}, {"k.exr", "exr"},        {"k.dpx", "dpx"},
                                           {"k.ppm", "ppm"}, {"k.pcx", "pcx"},        {"k.sgi", "sgi"},
                                           {"k.qoi", "qoi"}, {"k.m2v", "mpeg-video"}, {"k.hevc", "hevc"}};
    um_probe probe;
    for (int i = 0; i < 50; i++)
        amr[6 + 32 * i] = 0x3C;
    CHECK(fixture_write("k.amr", amr, sizeof amr));
    nothing_claimed("k.amr");
    CHECK_NEAR(w.media.duration_s, 1, 0.01);
    CHECK(w.n_samples == 8000);
    whole_free(&w);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (!fixture_run(FFMPEG "-i clip.mkv -an -frames:v 1 %s", files[i][0]))
            continue; /* no such encoder */
        CHECK(um_probe_file(&probe, fixture_path(files[i][0]), NULL, &w.err) == UM_OK &&
              !strcmp(probe.kind, files[i][1]));
        if (strcmp(probe.kind, files[i][1]) != 0)
            fprintf(stderr, "%s is called %s\n", files[i][0], probe.kind);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_intact_and_cut();
    test_unequal_tracks();
    test_other_kinds();
    test_placeholders();
    test_missing_extension();
    test_tags_at_the_end();
    return fixture_end();
}
