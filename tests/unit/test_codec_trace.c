/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What decoders tell of pictures, of clips whose motion, quantisers and place are known. */
#include "av/source/codec_trace.h"
#include "source_fixture.h"
#include <libavutil/motion_vector.h>
#include <libavutil/video_enc_params.h>

enum { W = 128, H = 96, N = 12 };
static whole w;

/* A texture whose upper left quarter moves by (4, 2) a picture; the rest stands. */
static uint8_t texture(int x, int y)
{
    uint32_t v = (uint32_t)(x / 2 * 7919 + y / 2 * 104729 + 12345);
    v = (v ^ (v >> 13)) * 1274126177u;
    return (uint8_t)(40 + ((v ^ (v >> 16)) & 127));
}

static bool write_clip(void)
{
    static uint8_t raw[N * W * H];
    for (int k = 0; k < N; k++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const bool moves = x < W / 2 && y < H / 2;
                raw[(k * H + y) * W + x] = moves ? texture(x - 4 * k + 400, y - 2 * k + 400) : texture(x, y);
            }
    return fixture_write("clip.raw", raw, sizeof raw);
}

UM_PRINTF(1, 2) static bool encode(const char *format, ...)
{
    char options[400];
    va_list args;
    va_start(args, format);
    vsnprintf(options, sizeof options, format, args);
    va_end(args);
    return fixture_run(FFMPEG "-f rawvideo -pix_fmt gray -s 128x96 -i clip.raw -pix_fmt yuv420p %s", options);
}

static const um_codec_picture *codec_of(int picture)
{
    const um_frame *f = whole_picture(&w, picture);
    return f ? f->codec : NULL;
}

static const um_codec_block *block_at(const um_codec_picture *c, float x, float y)
{
    const int col = (int)floorf((x - c->x) / c->w), row = (int)floorf((y - c->y) / c->h);
    return col < 0 || row < 0 || col >= c->cols || row >= c->rows ? NULL : &c->block[row * c->cols + col];
}

static void read_clip(const char *name)
{
    whole_read(&w, fixture_path(name), (um_source_options){.want = UM_WANT_CODEC});
}

#define X264 "-c:v libx264 -bf 0 -g 100 -qp 20 -x264-params aq-mode=0:scenecut=0:mbtree=0 "

static void told(void)
{
    size_t n_file;
    CHECK(encode(X264 "clip.h264") && encode(X264 "straight.mp4"));
    free(fixture_read("clip.h264", &n_file));
    read_clip("clip.h264");
    CHECK(w.n_pictures == N);
    size_t bytes = 0;
    for (int k = 0; k < w.n_pictures; k++) {
        const um_codec_picture *c = codec_of(k);
        CHECK(c && c->cols == 8 && c->rows == 6 && c->x == 0 && c->y == 0 && c->w == 16 && c->h == 16);
        CHECK(c && c->quantisers == UM_QUANTISERS_H264 && c->type == (k ? 'P' : 'I'));
        CHECK(whole_picture(&w, k)->gray == NULL && whole_picture(&w, k)->rgb == NULL);
        if (!c)
            continue;
        bytes += (size_t)c->bytes;
        const um_codec_block *moves = block_at(c, 36, 24), *stands = block_at(c, 100, 70);
        CHECK(c->has_motion == (k > 0));
        CHECK(moves->quantiser == (k ? 20 : 17)); /* x264: pictures of type I are better by a factor of 1.4 */
        CHECK(moves->kind == (k ? UM_BLOCK_PAST : UM_BLOCK_UNKNOWN));
        CHECK_NEAR((double)moves->dx, k ? 4 : 0, .3);
        CHECK_NEAR((double)moves->dy, k ? 2 : 0, .3);
        CHECK(stands->dx == 0 && stands->dy == 0);
    }
    CHECK(bytes == n_file);
    whole_free(&w);
    /* nobody asks; and the same pictures when somebody does */
    static whole plain;
    whole_read(&plain, fixture_path("straight.mp4"), (um_source_options){.want = UM_WANT_GRAY});
    whole_read(&w, fixture_path("straight.mp4"), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_CODEC});
    CHECK(plain.n_pictures == N && w.n_pictures == N);
    for (int k = 0; k < N; k++) {
        const um_image *a = whole_picture(&plain, k)->gray, *b = whole_picture(&w, k)->gray;
        CHECK(!whole_picture(&plain, k)->codec && codec_of(k));
        for (int y = 0; y < H; y++)
            CHECK(!memcmp(a->data + y * a->stride, b->data + y * b->stride, W));
    }
    whole_free(&plain);
    whole_free(&w);
}

/* Writes turned.mp4: `name` with this matrix (a, b, c, d) in its track header, see test_source.c. */
static void turn_file(const char *name, const int one[4])
{
    static const int place[4] = {0, 4, 12, 16};
    size_t n;
    uint8_t *file = (uint8_t *)fixture_read(name, &n), *matrix = fixture_find(file, n, "tkhd");
    CHECK(matrix != NULL);
    for (int k = 0; matrix && k < 4; k++)
        memcpy(matrix + 44 + place[k], one[k] > 0 ? "\0\1\0\0" : one[k] < 0 ? "\377\377\0\0" : "\0\0\0\0", 4);
    CHECK(fixture_write("turned.mp4", file, n));
    free(file);
}

/* The quarter that moves, and where it goes, as the picture is turned: of the track header, see
 * test_source.c. */
static void turned(void)
{
    static const struct {
        int matrix[4];
        float x, y, dx, dy;
    } cases[] = {{{1, 0, 0, 1}, 36, 24, 4, 2},
                 {{0, 1, -1, 0}, H - 24, 36, -2, 4},
                 {{-1, 0, 0, -1}, W - 36, H - 24, -4, -2},
                 {{0, -1, 1, 0}, 24, W - 36, 2, -4}};
    for (int i = 0; i < 4; i++) {
        turn_file("straight.mp4", cases[i].matrix);
        read_clip("turned.mp4");
        const um_codec_picture *c = codec_of(5);
        CHECK(c && c->cols == (i % 2 ? 6 : 8) && c->rows == (i % 2 ? 8 : 6) && c->x == 0 && c->y == 0);
        if (c) {
            const um_codec_block *b = block_at(c, cases[i].x, cases[i].y);
            CHECK_NEAR((double)b->dx, (double)cases[i].dx, .3);
            CHECK_NEAR((double)b->dy, (double)cases[i].dy, .3);
            b = block_at(c, (float)w.media.width - cases[i].x, (float)w.media.height - cases[i].y);
            CHECK(b->dx == 0 && b->dy == 0);
        }
        whole_free(&w);
    }
}

/* Cut at the left and the top, so that blocks begin outside; and pixels twice as wide as high. */
static void cut_and_wide(void)
{
    CHECK(encode(X264 "-bsf:v h264_metadata=crop_left=64:crop_top=10 cut.mp4"));
    read_clip("cut.mp4");
    const um_codec_picture *c = codec_of(5);
    CHECK(w.media.width == W - 64 && w.media.height == H - 10);
    CHECK(c && c->x == -64 && c->y == -10 && c->cols == 8 && c->rows == 6);
    CHECK(c && fabsf(block_at(c, 36 - 64, 24 - 10)->dx - 4) < .3f && block_at(c, 8, 14)->dx == 0);
    whole_free(&w);
    CHECK(encode(X264 "-vf setsar=2 wide.mp4"));
    read_clip("wide.mp4");
    c = codec_of(5);
    CHECK(w.media.width == 2 * W && c && c->w == 32 && c->h == 16 && c->cols == 8);
    CHECK(c && fabsf(block_at(c, 72, 24)->dx - 8) < .6f && fabsf(block_at(c, 72, 24)->dy - 2) < .3f);
    whole_free(&w);
    turn_file("wide.mp4", (const int[4]){0, 1, -1, 0});
    read_clip("turned.mp4");
    c = codec_of(5);
    CHECK(w.media.height == 2 * W && c && c->w == 16 && c->h == 32 && c->cols == 6 && c->rows == 8);
    CHECK(c && fabsf(block_at(c, H - 24, 72)->dx + 2) < .3f && fabsf(block_at(c, H - 24, 72)->dy - 8) < .6f);
    whole_free(&w);
}

/* No aligned row begins there, so that the decoder would show 34 more columns. */
static void cut_between(void)
{
    static whole cut;
    CHECK(encode(X264 "straight.mp4") &&
          encode(X264 "-bsf:v h264_metadata=crop_left=34:crop_top=10 cut.mp4"));
    whole_read(&w, fixture_path("straight.mp4"), (um_source_options){.want = UM_WANT_GRAY});
    for (unsigned codec = 0; codec <= UM_WANT_CODEC; codec += UM_WANT_CODEC) {
        whole_read(&cut, fixture_path("cut.mp4"), (um_source_options){.want = UM_WANT_GRAY | codec});
        const um_frame *all = whole_picture(&w, 5), *part = whole_picture(&cut, 5);
        CHECK(all && part && part->gray->width == W - 34 && part->gray->height == H - 10);
        for (int y = 0; all && part && y < H - 10; y++)
            CHECK(!memcmp(part->gray->data + y * part->gray->stride,
                          all->gray->data + (y + 10) * all->gray->stride + 34, W - 34));
        CHECK(part && (!codec || (part->codec->x == -34 && part->codec->y == -10 && part->codec->w == 16)));
        whole_free(&cut);
    }
    whole_free(&w);
}

static void codecs(void)
{
    static const struct {
        const char *file, *options;
        um_quantisers quantisers;
        bool motion;
        int quantiser; /* of each block of the sixth picture; 0: not fixed */
    } cases[] = {
        {"b.mp4", "-c:v libx264 -qp 20 -x264-params aq-mode=0:bframes=2:b-adapt=0:mbtree=0",
         UM_QUANTISERS_H264, true, 0},
        {"m2.mpg", "-c:v mpeg2video -r 25 -qmin 5 -qmax 5", UM_QUANTISERS_MPEG, true, 10}, /* of half steps */
        {"m4.mp4", "-c:v mpeg4 -qmin 7 -qmax 7", UM_QUANTISERS_MPEG, true, 14},
        {"vp9.webm", "-c:v libvpx-vp9 -deadline realtime -b:v 200k", UM_QUANTISERS_VP9, false, 0},
        {"vp8.webm", "-c:v libvpx -deadline realtime -b:v 200k", UM_QUANTISERS_NONE, false, 0},
        {"265.mp4", "-c:v libx265 -x265-params log-level=none", UM_QUANTISERS_NONE, false, 0},
        {"j.avi", "-c:v mjpeg", UM_QUANTISERS_NONE, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!encode("%s %s", cases[i].options, cases[i].file)) {
            fprintf(stderr, "%s: not made here\n", cases[i].file);
            continue;
        }
        read_clip(cases[i].file);
        const um_codec_picture *c = codec_of(5);
        CHECK(c && c->quantisers == cases[i].quantisers && c->has_motion == cases[i].motion && c->bytes > 0);
        CHECK(c && !c->block == !(c->quantisers || c->has_motion));
        if (c && c->quantisers != cases[i].quantisers)
            fprintf(stderr, "%s: %d\n", cases[i].file, (int)c->quantisers);
        int worst = cases[i].quantiser;
        for (int k = 0; c && k < c->cols * c->rows; k++) {
            CHECK((c->quantisers == UM_QUANTISERS_NONE) == (c->block[k].quantiser < 0));
            worst = cases[i].quantiser && c->block[k].quantiser != cases[i].quantiser ? c->block[k].quantiser
                                                                                      : worst;
        }
        CHECK_NEAR(worst, cases[i].quantiser, 0);
        if (!i) { /* I B B P B B P: the third is predicted from both sides where that is good */
            CHECK(codec_of(0)->type == 'I' && codec_of(1)->type == 'B' && codec_of(3)->type == 'P');
            CHECK(block_at(codec_of(3), 100, 70)->kind == UM_BLOCK_PAST);
            int both = 0, future = 0;
            for (int n = 0; n < w.n_pictures; n++) /* where, is the encoder's free choice */
                for (int k = 0; k < 48 && codec_of(n)->type == 'B'; k++) {
                    both += codec_of(n)->block[k].kind == UM_BLOCK_BOTH;
                    future += codec_of(n)->block[k].kind == UM_BLOCK_FUTURE;
                }
            CHECK(both > 0 && future > 0);
        }
        whole_free(&w);
    }
    CHECK(encode("-c:v mpeg2video -flags +ilme+ildct -top 1 woven.mpg"));
    read_clip("woven.mpg");
    CHECK(w.n_pictures >= N && !codec_of(5));
    whole_free(&w);
    CHECK(encode("-frames:v 1 photo.png"));
    read_clip("photo.png");
    CHECK(w.n_pictures == 1 && !codec_of(0));
    whole_free(&w);
}

/* ---- whatever a decoder may say ---- */

static AVFrame *made_frame(void)
{
    AVFrame *f = av_frame_alloc();
    f->width = 40; /* three columns, two rows */
    f->height = 32;
    f->pict_type = AV_PICTURE_TYPE_P;
    f->pkt_size = -1;
    return f;
}

static void hostile(void)
{
    static const AVMotionVector vector[] = {
        {-1, 16, 16, 0, 0, -8, 8, 0, 4, 4, 4},                /* begins outside */
        {-1, 16, 16, 0, 0, 8, 40, 0, 4, 4, 4},                /* below */
        {-1, 16, 16, 0, 0, 32767, 32767, 0, 4, 4, 4},         /* far away */
        {-1, 0, 16, 0, 0, 8, 8, 0, 4, 4, 4},                  /* no area */
        {-1, 255, 255, 0, 0, 8, 8, 0, 4, 4, 4},               /* more than a block */
        {-1, 16, 16, 0, 0, 8, 8, 0, INT32_MIN, INT32_MAX, 0}, /* endless, and of scale 0 */
        {-1, 16, 16, 0, 0, 8, 8, 0, 4, 4, 4},                 /* said twice */
        {-1, 8, 16, 0, 0, 20, 8, 0, -12, 0, 4},               /* half a block by 3, */
        {-1, 8, 8, 0, 0, 28, 4, 0, -24, 8, 4},                /* a quarter by (6, -2) */
        {1, 16, 16, 0, 0, 40, 8, 0, 4, 4, 4},                 /* from the future */
        {-1, 16, 16, 0, 0, 8, 24, 0, 0, 0, 4},
        {1, 16, 16, 0, 0, 8, 24, 0, 8, 8, 4},
    };
    um_picture p = {.width = 40, .height = 32, .pixel_aspect = 1};
    um_codec_trace trace = {0};
    const um_codec_picture *c = NULL;
    AVFrame *f = made_frame();
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) == UM_OK);
    CHECK(c->type == 'P' && !c->bytes && !c->cols && !c->block && !c->has_motion && !c->quantisers);
    CHECK(um_codec_picture_bytes(c) == sizeof *c && um_codec_picture_bytes(NULL) == 0);
    free((void *)c);
    AVFrameSideData *side = av_frame_new_side_data(f, AV_FRAME_DATA_MOTION_VECTORS, sizeof vector);
    memcpy(side->data, vector, sizeof vector);
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) == UM_OK);
    CHECK(c->cols == 3 && c->rows == 2 && c->has_motion && !c->quantisers);
    CHECK(um_codec_picture_bytes(c) == sizeof *c + 6 * sizeof *c->block);
    static const um_codec_block expected[6] = {
        {4096, -4096, -1, UM_BLOCK_PAST}, {4, -2 / 3.f, -1, UM_BLOCK_PAST}, {0, 0, -1, UM_BLOCK_FUTURE},
        {0, 0, -1, UM_BLOCK_BOTH},        {0, 0, -1, UM_BLOCK_INTRA},       {0, 0, -1, UM_BLOCK_INTRA}};
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR((double)c->block[i].dx, (double)expected[i].dx, 1e-5);
        CHECK_NEAR((double)c->block[i].dy, (double)expected[i].dy, 1e-5);
        CHECK(c->block[i].kind == expected[i].kind && c->block[i].quantiser == -1);
    }
    free((void *)c);
    av_frame_remove_side_data(f, AV_FRAME_DATA_MOTION_VECTORS);
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) ==
          UM_OK); /* it has told before: now all is intra */
    CHECK(c->has_motion && c->block[0].kind == UM_BLOCK_INTRA);
    free((void *)c);
    av_frame_free(&f);
}

static void hostile_quantisers(void)
{
    static const AVVideoBlockParams block[] = {{0, 0, 16, 16, 3},         {16, 0, 32, 32, 300},
                                               {-100, 16, 116, 16, -90},  {INT32_MAX, INT32_MAX, 16, 16, 1},
                                               {INT32_MIN, 0, 16, 16, 1}, {0, 0, -16, 16, 1},
                                               {0, 0, 8, 8, 1},           {0, 0, 16, 16, 7}};
    enum { TOLD = 7 }; /* the last one lies beyond what there is */
    um_picture p = {.width = 40, .height = 32, .pixel_aspect = 1};
    um_codec_trace trace = {0};
    const um_codec_picture *c = NULL;
    AVFrame *f = made_frame();
    AVFrameSideData *side = av_frame_new_side_data(f, AV_FRAME_DATA_VIDEO_ENC_PARAMS,
                                                   sizeof(AVVideoEncParams) + TOLD * sizeof *block + 8);
    AVVideoEncParams *told = (AVVideoEncParams *)(void *)side->data;
    memset(told, 0, side->size);
    *told = (AVVideoEncParams){.nb_blocks = UINT32_MAX,
                               .blocks_offset = sizeof *told,
                               .block_size = sizeof *block,
                               .type = AV_VIDEO_ENC_PARAMS_H264,
                               .qp = 20};
    memcpy(told + 1, block, TOLD * sizeof *block);
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) == UM_OK);
    static const int expected[6] = {23, 255, 255, 0, 255, 255};
    for (int i = 0; i < 6; i++)
        CHECK(c->quantisers == UM_QUANTISERS_H264 && c->block[i].quantiser == expected[i]);
    CHECK(!c->has_motion && c->block[0].kind == UM_BLOCK_UNKNOWN);
    free((void *)c);
    told->block_size = 4;
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) == UM_OK && c->block[0].quantiser == -1);
    free((void *)c);
    told->nb_blocks = 0;
    CHECK(um_codec_trace_read(&c, &trace, &p, f, 0, 0, NULL) == UM_OK && !c->quantisers && !c->block);
    free((void *)c);
    av_frame_free(&f);
}

int main(void)
{
    hostile();
    hostile_quantisers();
    if (!fixture_begin())
        return CHECK_SKIP;
    CHECK(write_clip());
    told();
    turned();
    cut_and_wide();
    cut_between();
    codecs();
    return fixture_end();
}
