/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make_corpus DIR: the first inputs of the fuzz targets, small and all our own: DIR/probe/jpeg and so on.
 * What fuzzing found since lies beside them in tests/fuzz/corpus. */
#include "../unit/signed_fixture.h"
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unmask/network.h>
#include <unmask/sink.h>

static const char *root;

static const char *place(const char *target, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", root, target, name);
    return path;
}

static void must(um_status st, const um_error *err)
{
    if (st < 0) {
        fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
}

static void keep(const char *target, const char *name, bytes b)
{
    um_error err = {0};
    must(um_file_write(place(target, name), b.data, b.n, &err), &err);
    um_buf_free(&b);
}

/* Really signed, so that mutations come as far as signature and hashes; and boxes that are empty. */
static void credentials(void)
{
    const uint8_t digest[UM_SHA256_BYTES] = {1};
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const signer who = {-8, NULL, key, certificate("Test Press", key, NULL, key), 0};
    bytes hash = data_hash(33, 100, digest), empty = start();
    keep("c2pa", "trained", manifest_store(TRAINED));
    keep("c2pa", "capture", manifest_store(CAPTURE));
    keep("c2pa", "signed", store_of(signed_manifest(&who, "c2pa.hash.data", &hash)));
    bytes part = start();
    box(&part, "cbor", start());
    superbox(&empty, "c2cl", "c2pa.claim", part);
    part = start();
    superbox(&part, "c2ma", "urn:c2pa:1", empty);
    keep("c2pa", "empty", store_of(part));
    um_buf_free(&hash);
    X509_free(who.certificate);
    EVP_PKEY_free(key);
}

static um_image *picture(int width, int height, um_pixel pixel, int shift)
{
    um_error err = {0};
    um_image *image = NULL;
    must(um_image_new(&image, width, height, pixel, &err), &err);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width * um_image_channels(pixel); x++)
            image->data[y * image->stride + x] = (uint8_t)(x * 7 + y * 5 + shift);
    return image;
}

static void film(const char *name)
{
    um_error err = {0};
    um_writer *writer = NULL;
    float sound[800];
    const um_writer_options options = {.width = 32, .height = 32, .fps = 10, .rate_hz = 8000, .channels = 1};
    for (int i = 0; i < 800; i++)
        sound[i] = .3f * sinf((float)i * .3f);
    must(um_writer_open(&writer, place("media", name), &options, &err), &err);
    for (int i = 0; i < 3; i++) {
        um_image *image = picture(32, 32, UM_RGB24, i * 9);
        must(um_writer_frame(writer, image, i * .1, &err), &err);
        must(um_writer_sound(writer, sound, 800, &err), &err);
        um_image_free(&image);
    }
    must(um_writer_finish(writer, &err), &err);
    um_writer_close(&writer);
}

static void media(void)
{
    static const char *const films[] = {"clip.mp4", "clip.mov", "clip.mkv", "clip.avi", "clip.webm"};
    um_error err = {0};
    for (size_t i = 0; i < sizeof films / sizeof *films; i++)
        film(films[i]);
    um_image *image = picture(20, 12, UM_RGB24, 0);
    must(um_image_write_png(image, place("media", "photo.png"), "a comment", &err), &err);
    um_image_free(&image);
    bytes b = start(), data = start();
    for (int i = 0; i < 200; i++)
        number(&data, (uint64_t)(i * 311 % 2000), 2, 'l');
    bytes body = of_text("WAVE"), format = start();
    LITERAL(&format, "\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0");
    riff_chunk(&body, "fmt ", format);
    riff_chunk(&body, "data", data);
    riff_chunk(&b, "RIFF", body);
    keep("media", "sound.wav", b);
    b = of_text("GIF89a");
    LITERAL(&b, "\2\0\2\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\2\0\2\0\0\2\2\x8C\x03\0;");
    keep("media", "photo.gif", b);
}

static void make_network(const char *name, const char *text)
{
    um_error err = {0};
    um_network *network = NULL;
    must(um_network_open_memory(&network, text, strlen(text), name, &err), &err);
    must(um_network_write_onnx(network, place("onnx", name), &err), &err);
    um_network_free(&network);
}

/* Between them every block that docs/networks.md knows. */
static void networks(void)
{
    make_network("blocks",
                 "unmask-network 1 blocks\nimage = input 3 8 8\na = conv image 4 s=2 act=prelu\n"
                 "b = residual a 4\nc = ir b 8 expand=2\nd = dws c 4 act=leaky\ne = up d mode=linear\n"
                 "f = maxpool e k=3 s=2 pad=1\ng = add f d act=silu\nmean = gap g\n"
                 "class = linear mean 3 act=sigmoid\noutput class\n");
    make_network("maps",
                 "unmask-network 1 maps\nimage = input 1 6 6\na = bottleneck image 8 g=1\nb = avgpool a k=2\n"
                 "c = up b by=2\nd = concat a c\nmaps = head d 2\np = centroid maps\nk = cells maps\n"
                 "s = softmax maps\nt = act s kind=tanh\noutput p k t\n");
    make_network("free", "unmask-network 1 free\nimage = input 1 0 0\na = conv image 3 act=tanh norm=none\n"
                         "b = up a by=2\nc = head b 2\nk = cells c\noutput k\n");
    make_network(
        "row",
        "unmask-network 1 row\nimage = input 2 4 4\nflat = flatten image\na = linear flat 5 act=relu6\n"
        "b = softmax a\noutput b\n");
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    root = argv[1];
    keep("probe", "jpeg", jpeg());
    keep("probe", "png", png());
    keep("probe", "mp4", mp4());
    keep("probe", "heic", heic());
    keep("probe", "wav", riff("WAVE"));
    keep("probe", "webp", riff("WEBP"));
    keep("probe", "avi", riff("AVI "));
    keep("probe", "mp3", mp3());
    keep("probe", "flac", flac());
    keep("probe", "ogg", ogg());
    keep("probe", "mkv", mkv());
    keep("probe", "tiff", exif('b'));
    credentials();
    keep("exif", "big", exif('b'));
    keep("exif", "little", exif('l'));
    keep("exif", "xmp", xmp(TRAINED));
    media();
    networks();
    return 0;
}
