/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several tracks, covers, timecode; and encrypted ones, in every container that we know to mark them. */
#include "source_fixture.h"
#include <unmask/probe.h>

static whole w;
static const um_source_options all = {.want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1};

static void make_files(void)
{
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i color=black:s=96x64:r=10:d=1 -f lavfi -i color=white:s=48x32:r=10:d=1 "
        "-f lavfi -i sine=d=1:r=44100 -f lavfi -i anullsrc=r=48000:cl=stereo -f lavfi -i "
        "testsrc=s=200x200:r=1:d=1 "
        "-map 0 -map 1 -map 2 -map 3 -t 1 -c:v mpeg4 -c:a aac -metadata:s:a:0 language=deu -metadata:s:v:0 "
        "title=xxxxxxxxxxxxxxxxxx two.mkv "
        "-map 0 -map 1 -map 2 -map 3 -t 1 -c:v mpeg4 -c:a aac two.mp4 "
        "-map 0 -map 2 -t 1 -c:v mpeg4 -c:a mp2 one.ts "
        "-map 0 -map 2 -t 1 -c:v mpeg2video -c:a mp2 -f vob one.mpg "
        "-map 0 -map 2 -t 1 -c:v wmv2 -c:a wmav2 -metadata title=a -metadata other=b one.wmv "
        "-map 0 -map 2 -t 1 -c:v flv -c:a mp3 one.flv "
        "-map 0 -map 2 -t 1 -c:v mpeg4 -c:a aac -timecode 01:00:00:00 tc.mov "
        "-map 2 -map 4 -frames:v 1 -c:a aac -c:v mjpeg -disposition:v attached_pic cover.m4a "
        "-map 2 -map 4 -frames:v 1 -c:v mjpeg -disposition:v attached_pic cover.mp3 "
        "-map 2 -map 4 -frames:v 1 -c:v png -disposition:v attached_pic cover.flac "
        "-map 2 -c:a aac one.m4a"));
    CHECK(fixture_run(
        FFMPEG "-i two.mp4 -map 0:0 -map 0:2 -c copy -encryption_scheme cenc-aes-ctr -encryption_key "
               "76a6c65c5ea762046bd749a2e632ccbb -encryption_kid a7e61c373e219033c21091fa607bf3b8 cenc.mp4"));
}

static int n_of(um_track_kind kind, bool only_chosen)
{
    int n = 0;
    for (int i = 0; i < w.media.n_tracks; i++)
        n += w.media.tracks[i].kind == kind && (!only_chosen || w.media.tracks[i].chosen);
    return n;
}

static double brightness(void)
{
    const um_frame *f = whole_picture(&w, 0);
    return f ? f->gray->data[(ptrdiff_t)(f->gray->height / 2) * f->gray->stride + f->gray->width / 2] : -1;
}

static void test_several(void)
{
    static const char *const names[] = {"two.mkv", "two.mp4"};
    for (int i = 0; i < 2; i++) {
        um_source_options opt = all;
        whole_read(&w, fixture_path(names[i]), opt);
        CHECK(n_of(UM_TRACK_VIDEO, false) == 2 && n_of(UM_TRACK_SOUND, false) == 2);
        CHECK(n_of(UM_TRACK_VIDEO, true) == 1 && n_of(UM_TRACK_SOUND, true) == 1);
        CHECK(w.media.tracks[2].channels == 1 && w.media.tracks[3].channels == 2 &&
              w.media.tracks[1].width == 48);
        CHECK(i || !strcmp(w.media.tracks[2].language, "ger") || !strcmp(w.media.tracks[2].language, "deu"));
        whole_free(&w);
        for (int track = 1; track <= 2; track++) {
            opt.video_track = opt.audio_track = track;
            whole_read(&w, fixture_path(names[i]), opt);
            CHECK(w.status == UM_EOF && w.media.width == (track == 1 ? 96 : 48));
            CHECK(track == 1 ? brightness() < 20 : brightness() > 235);
            CHECK(w.media.channels == track && w.media.rate_hz == (track == 1 ? 44100 : 48000));
            whole_free(&w);
        }
        opt = (um_source_options){.want = UM_WANT_GRAY, .video_track = 3};
        whole_read(&w, fixture_path(names[i]), opt);
        CHECK(w.status == UM_EINVAL && strstr(w.err.text, "has 2 video tracks, not 3"));
        opt = (um_source_options){.want = UM_WANT_SOUND, .audio_track = 9};
        whole_read(&w, fixture_path(names[i]), opt);
        CHECK(w.status == UM_EINVAL && strstr(w.err.text, "has 2 audio tracks, not 9"));
    }
}

static void test_covers_and_timecode(void)
{
    static const char *const names[] = {"cover.m4a", "cover.mp3", "cover.flac"};
    for (int i = 0; i < 3; i++) {
        whole_read(&w, fixture_path(names[i]), all);
        CHECK(w.status == UM_EOF && !w.media.has_video && !w.n_pictures && w.n_samples > 40000);
        CHECK(n_of(UM_TRACK_COVER, false) == 1 && n_of(UM_TRACK_VIDEO, false) == 0 && !*w.damage.note);
        whole_free(&w);
    }
    whole_read(&w, fixture_path("tc.mov"), all);
    CHECK(w.n_pictures == 10 && n_of(UM_TRACK_DATA, false) == 1 && !*w.damage.note);
    whole_free(&w);
}

/* What is encrypted is refused before it is decoded to noise, with the scheme. */
static void refused(const char *name, const char *scheme)
{
    char *json = NULL;
    um_error err = {0};
    whole_read(&w, fixture_path(name), all);
    if (w.status != UM_EUNSUPPORTED || !strstr(w.err.text, scheme))
        fprintf(stderr, "%s: %s\n", name, w.err.text);
    CHECK(w.status == UM_EUNSUPPORTED && strstr(w.err.text, "encrypted") && strstr(w.err.text, scheme));
    whole_free(&w);
    CHECK(um_probe_json(&json, fixture_path(name), NULL, &err) == UM_OK && strstr(json, "encrypted"));
    free(json);
}

static void changed(const char *from, const char *to, const char *what, size_t n, const char *by)
{
    size_t size;
    char *bytes = fixture_read(from, &size);
    bool found = false;
    for (size_t i = 0; i + n <= size; i++)
        if (!memcmp(bytes + i, what, n)) {
            memcpy(bytes + i, by, n);
            found = true;
        }
    CHECK(found && fixture_write(to, bytes, size));
    free(bytes);
}

static void test_encrypted_boxes(void)
{
    static const char *const schemes[] = {"cens", "cbc1", "cbcs", "piff"};
    refused("cenc.mp4", "scheme cenc");
    for (int i = 0; i < 4; i++) {
        changed("cenc.mp4", "other.mp4", "schm\0\0\0\0cenc", 12,
                i == 0   ? "schm\0\0\0\0cens"
                : i == 1 ? "schm\0\0\0\0cbc1"
                : i == 2 ? "schm\0\0\0\0cbcs"
                         : "schm\0\0\0\0piff");
        refused("other.mp4", schemes[i]);
    }
    changed("one.m4a", "bought.m4p", "mp4a\0\0\0\0\0\0\0\1", 12, "drms\0\0\0\0\0\0\0\1");
    refused("bought.m4p", "FairPlay");
    changed("one.m4a", "book.aax", "mp4a\0\0\0\0\0\0\0\1", 12, "aavd\0\0\0\0\0\0\0\1");
    refused("book.aax", "Audible");
    changed("two.mp4", "sound.mp4", "mp4a\0\0\0\0\0\0\0\1", 12, "enca\0\0\0\0\0\0\0\1");
    whole_read(&w, fixture_path("sound.mp4"), all); /* the pictures can be seen */
    CHECK(w.status == UM_EOF && w.n_pictures == 10 && !w.n_samples);
    CHECK(w.media.tracks[2].encrypted && w.media.tracks[3].encrypted && !w.media.tracks[0].encrypted);
    whole_free(&w);
}

static void test_encrypted_streams(void)
{
    size_t n;
    /* the name of the track becomes: ContentEncodings { ContentEncoding { type encryption, AES, key
     * "12345678" } } */
    changed("two.mkv", "locked.mkv", "\x53\x6E\x92xxxxxxxxxxxxxxxxxx", 21,
            "\x6D\x80\x92\x62\x40\x8F\x50\x33\x81\1\x50\x35\x88\x47\xE1\x81\5\x47\xE2\x81k");
    um_source_options first = all;
    first.video_track = 1;
    whole_read(&w, fixture_path("locked.mkv"), first);
    CHECK(w.status == UM_EUNSUPPORTED && strstr(w.err.text, "encrypted (content encryption)"));
    whole_free(&w);
    changed("one.wmv", "drm.wmv", "\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50", 16,
            "\x14\xE6\x8A\x29\x22\x26\x17\x4C\xB9\x35\xDA\xE0\x7E\xE9\x28\x9C");
    refused("drm.wmv", "Windows Media DRM");
    char *ts = fixture_read("one.ts", &n);
    for (size_t at = 0; at + 188 <= n; at += 188)
        if (ts[at + 1] & 0x1F && !((ts[at + 1] & 0x1F) == 0x10)) /* all but the tables */
            ts[at + 3] |= (char)0x80;
    CHECK(fixture_write("scrambled.ts", ts, n));
    free(ts);
    refused("scrambled.ts", "transport");
    char *ps = fixture_read("one.mpg", &n);
    for (size_t at = 0; at + 9 < n; at++)
        if (!memcmp(ps + at, "\0\0\1", 3) && ((ps[at + 3] & 0xF0) == 0xE0 || (ps[at + 3] & 0xE0) == 0xC0) &&
            (ps[at + 6] & 0xC0) == 0x80)
            ps[at + 6] |= 0x10;
    CHECK(fixture_write("css.mpg", ps, n));
    free(ps);
    refused("css.mpg", "program");
    static const char *const clear[] = {"one.wmv", "one.ts", "one.mpg", "one.flv", "two.mkv", "one.m4a"};
    for (int i = 0; i < 6; i++) {
        whole_read(&w, fixture_path(clear[i]), all);
        CHECK(w.status == UM_EOF && w.n > 0);
        whole_free(&w);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    make_files();
    test_several();
    test_covers_and_timecode();
    test_encrypted_boxes();
    test_encrypted_streams();
    return fixture_end();
}
