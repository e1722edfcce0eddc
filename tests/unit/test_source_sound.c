/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound of um_source: every sample and its place, from mono to 7.1, next to pictures and alone. */
#include "source_fixture.h"

static whole w;
enum { RATE = 48000 };
static const double PI = 3.14159265358979323846;

/* Channel c is a sine of (300 + 100 c) Hz at half scale, rounded to 16 bits. */
static int16_t sample(int i, int c)
{
    return (int16_t)lrint(16384 * sin(2 * PI * (300 + 100 * c) * i / RATE));
}

static void put(FILE *f, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(v >> 8 * i & 255), f);
}

/* RIFF WAVE, WAVEFORMATEXTENSIBLE above two channels with the usual speakers (0: none named). */
static bool write_wav(const char *name, int channels, int n, uint32_t speakers)
{
    FILE *f = fopen(fixture_path(name), "wb");
    uint32_t bytes = (uint32_t)(n * channels * 2);
    if (!f)
        return false;
    fputs("RIFF", f);
    put(f, bytes + 60, 4);
    fputs("WAVEfmt ", f);
    put(f, 40, 4);
    put(f, 0xFFFE, 2);
    put(f, (uint32_t)channels, 2);
    put(f, RATE, 4);
    put(f, (uint32_t)(RATE * channels * 2), 4);
    put(f, (uint32_t)(channels * 2), 2);
    put(f, 16, 2);
    put(f, 22, 2);
    put(f, 16, 2);
    put(f, speakers, 4);
    fwrite("\1\0\0\0\0\0\20\0\200\0\0\252\0\70\233\161", 1, 16, f); /* PCM */
    fputs("data", f);
    put(f, bytes, 4);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            put(f, (uint16_t)sample(i, c), 2);
    return fclose(f) == 0;
}

/* Largest difference from the formula over all channels and mono; INFINITY when samples are missing or
 * shifted. */
static double worst_difference(int channels, int n)
{
    double worst = 0;
    int64_t next = 0;
    for (int k = 0; k < w.n; k++) {
        const um_sound *s = w.moments[k]->sound;
        if (!s || s->channels != channels || s->first != next || s->rate_hz != RATE)
            return INFINITY;
        for (int i = 0; i < s->n; i++) {
            double mean = 0;
            for (int c = 0; c < channels; c++) {
                double expected = sample((int)next + i, c) / 32768.;
                worst = fmax(worst, fabs(s->ch[c][i] - expected));
                mean += expected / channels;
            }
            worst = fmax(worst, fabs(s->mono[i] - mean));
        }
        if (w.moments[k]->t_s != (double)s->first / RATE)
            return INFINITY;
        next += s->n;
    }
    return next == n ? worst : INFINITY;
}

static void test_lossless_sound_is_exact(void)
{
    static const uint32_t speakers[9] = {0, 4, 3, 7, 0x33, 0x37, 0x3F, 0x70F, 0x63F};
    static const char *const encoders[] = {"copy x.wav",   "flac x.flac",     "pcm_s16le x.mov",
                                           "alac x.m4a",   "pcm_s32le x.mkv", "pcm_f64le x.wav",
                                           "wavpack x.wv", "pcm_s24be x.aiff"};
    for (int channels = 1; channels <= 8; channels++)
        for (int e = 0; e < 8; e++) {
            char codec[20], file[20];
            sscanf(encoders[e], "%19s %19s", codec, file);
            if (channels > 2 && e > 2)
                break;
            CHECK(write_wav("in.wav", channels, 30001, speakers[channels]));
            if (!fixture_run(FFMPEG "-i in.wav -c:a %s %s", codec, file)) {
                fprintf(stderr, "not checked: %d channels of %s\n", channels, codec);
                continue;
            }
            whole_read(&w, fixture_path(file), (um_source_options){.want = UM_WANT_SOUND});
            CHECK(w.status == UM_EOF && !w.media.has_video && w.media.has_sound && !w.media.is_photo);
            CHECK(w.media.rate_hz == RATE && w.media.channels == channels && !w.damage.truncated);
            CHECK_NEAR(w.media.duration_s, 30001. / RATE, 1e-3);
            double worst = worst_difference(channels, 30001), bytes = 0;
            for (int k = 0; k < w.n; k++)
                bytes += w.moments[k]->sound->coded_bytes;
            CHECK(e ? bytes > 0 : bytes == 2. * channels * 30001); /* PCM of 16 bits */
            CHECK(worst < 1e-6);                                   /* mono: a float sum of up to 8 */
            if (!(worst < 1e-6))
                fprintf(stderr, "  %d channels, %s: %g, %d samples, %s\n", channels, encoders[e], worst,
                        w.n_samples, w.err.text);
            whole_free(&w);
        }
    /* channels without a place */
    CHECK(write_wav("in.wav", 3, 5000, 0));
    whole_read(&w, fixture_path("in.wav"), (um_source_options){.want = UM_WANT_SOUND});
    CHECK(worst_difference(3, 5000) < 1e-6);
    whole_free(&w);
}

static void test_lossy_sound_stays_in_place(void)
{
    static const char *const cases[] = {"libmp3lame -b:a 192k", "x.mp3", "aac -b:a 192k",     "x.m4a",
                                        "libvorbis -q:a 7",     "x.ogg", "libopus -b:a 192k", "x.opus",
                                        "aac -b:a 192k",        "x.mp4", "libopus -b:a 192k", "x.webm"};
    CHECK(write_wav("in.wav", 2, 96000, 3));
    for (int i = 0; i < 6; i++) {
        double signal = 0, noise = 0;
        CHECK(fixture_run(FFMPEG "-i in.wav -c:a %s %s", cases[2 * i], cases[2 * i + 1]));
        whole_read(&w, fixture_path(cases[2 * i + 1]), (um_source_options){.want = UM_WANT_SOUND});
        CHECK(w.media.rate_hz == RATE && w.media.channels == 2 && !w.damage.truncated && !w.media.is_photo);
        for (int k = 0; k < w.n; k++) {
            const um_sound *s = w.moments[k]->sound;
            for (int j = 0; j < s->n; j++) {
                int at = (int)s->first + j;
                if (at < 4800 || at > 90000) /* codecs start and end softly */
                    continue;
                double x = sample(at, 1) / 32768.;
                signal += x * x;
                noise += (s->ch[1][j] - x) * (s->ch[1][j] - x);
            }
        }
        double bits = 0;
        for (int k = 0; k < w.n; k++)
            bits += 8 * w.moments[k]->sound->coded_bytes;
        CHECK(strncmp(cases[2 * i], "aac", 3) || fabs(bits / 2 / 192e3 - 1) < .35); /* variable, of 2 s */
        double snr_db = 10 * log10(signal / (noise + 1e-12));
        CHECK(w.n && signal > 5000 && snr_db > 25); /* one sample late would be 26 dB at 400 Hz, ten 6 dB */
        fprintf(stderr, "%s: %.1f dB, %d samples\n", cases[2 * i + 1], snr_db, w.n_samples);
        whole_free(&w);
    }
}

static void test_sound_and_pictures_in_order(void)
{
    static const char *const files[] = {"av.mp4", "av.mkv", "av.mov"};
    CHECK(write_wav("in.wav", 2, 3 * RATE, 3));
    for (int i = 0; i < 3; i++) {
        CHECK(fixture_run(
                  FFMPEG
                  "-f lavfi -i testsrc=s=64x48:r=25:d=3 -i in.wav -c:v libx264 -bf 3 -c:a flac -strict -2 %s",
                  files[i]) ||
              i == 2);
        whole_read(&w, fixture_path(files[i]),
                   (um_source_options){.want = UM_WANT_SOUND | UM_WANT_GRAY, .threads = 2});
        if (i == 2 && w.status < 0)
            continue;
        CHECK(w.n_pictures == 75 && w.n_samples == 3 * RATE);
        for (int k = 1; k < w.n; k++)
            CHECK(w.moments[k]->t_s >= w.moments[k - 1]->t_s);
        whole_free(&w);
    }
}

static void test_sound_that_starts_late(void)
{
    CHECK(write_wav("in.wav", 1, RATE, 4));
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i testsrc=s=64x48:r=25:d=2 -itsoffset 0.5 -i in.wav -c:v libx264 -c:a flac late.mkv"));
    whole_read(&w, fixture_path("late.mkv"), (um_source_options){.want = UM_WANT_SOUND | UM_WANT_GRAY});
    CHECK(w.n_pictures == 50 && w.n_samples == RATE);
    for (int k = 0; k < w.n; k++)
        if (w.moments[k]->sound) {
            CHECK(w.moments[k]->sound->first == RATE / 2);
            break;
        }
    whole_free(&w);
}

static void test_cover_picture_is_no_video(void)
{
    CHECK(write_wav("in.wav", 2, RATE, 3));
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=64x48 -frames:v 1 cover.png"));
    CHECK(fixture_run(FFMPEG "-i in.wav -i cover.png -map 0 -map 1 -c:a libmp3lame -c:v copy -disposition:v "
                             "attached_pic cover.mp3"));
    whole_read(&w, fixture_path("cover.mp3"), (um_source_options){.want = UM_WANT_SOUND | UM_WANT_RGB});
    CHECK(!w.media.has_video && !w.media.is_photo && w.media.width == 0 && w.n_pictures == 0 &&
          w.n_samples >= RATE);
    whole_free(&w);
}

/* All pictures first, then all sound: the memory stays bounded and everything is delivered. */
static void test_badly_interleaved_file(void)
{
    CHECK(write_wav("in.wav", 2, 4 * RATE, 3));
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i testsrc2=s=640x480:r=25:d=4 -i in.wav -c:v rawvideo -pix_fmt yuv420p -c:a pcm_s16le "
        "-max_interleave_delta 0 -f nut even.nut"));
    CHECK(fixture_run(FFMPEG "-i even.nut -itsoffset 30 -i even.nut -map 0:v -map 1:a -c copy apart.nut"));
    whole_read(&w, fixture_path("apart.nut"), (um_source_options){.want = UM_WANT_SOUND | UM_WANT_GRAY});
    CHECK(w.n_pictures == 100 && w.n_samples == 4 * RATE);
    whole_free(&w);
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_lossless_sound_is_exact();
    test_lossy_sound_stays_in_place();
    test_sound_and_pictures_in_order();
    test_sound_that_starts_late();
    test_cover_picture_is_no_video();
    test_badly_interleaved_file();
    return fixture_end();
}
