/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memmem */
/* Content Credentials: four answers about the signature, three about the content, each from a file that is
 * so. */
#include "../check.h"
#include "signed_fixture.h"
#include <brotli/encode.h>
#include <stdlib.h>
#include <unistd.h>
#include <unmask/probe.h>

enum { C2PA = 0, PNG_HEAD = 8 + 25 }; /* place of the mark; bytes before the manifest's chunk */
static char path[] = "/tmp/unmask-c2pa-XXXXXX", roots[] = "/tmp/unmask-roots-XXXXXX";
static X509 *root;
static EVP_PKEY *root_key;

static um_mark probe_of(bytes *b, const char *trust)
{
    um_probe probe;
    um_error err;
    CHECK(!b->broken && um_file_write(path, b->data, b->n, &err) == UM_OK);
    CHECK(um_probe_file(&probe, path, &(um_probe_options){.trust = trust}, &err) == UM_OK);
    return probe.marks[C2PA];
}

static void check(int line, const um_mark *m, um_signature signature, um_content content, const char *detail)
{
    bool good = m->signature == signature && m->content == content && strstr(m->detail, detail);
    CHECK(good);
    if (!good)
        fprintf(stderr, "line %d: signature %d, content %d: %s\n", line, m->signature, m->content, m->detail);
}
#define TELLS(mark, signature, content, detail) check(__LINE__, &(mark), signature, content, detail)

static signer signer_of(int algorithm, const char *digest, EVP_PKEY *key, size_t half)
{
    return (signer){algorithm, digest, key, certificate("Test Press", key, root, root_key), half};
}

static void signer_free(signer *s)
{
    X509_free(s->certificate);
    EVP_PKEY_free(s->key);
}

static bytes packed(bytes manifest)
{
    bytes out = start(), part = start();
    uint8_t room[8192];
    size_t n = sizeof room;
    CHECK(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, manifest.n, (uint8_t *)manifest.data, &n, room));
    bytes data = start();
    um_buf_add(&data, room, n);
    box(&part, "brob", data);
    superbox(&out, "c2cm", "urn:c2pa:1", part);
    um_buf_free(&manifest);
    return out;
}

/* A PNG whose manifest hashes all bytes but its own chunk: first with no hash, to know the lengths, then with
 * it. The certificate makes signatures of different length possible; then it is done again. */
static bytes signed_png(const signer *who, bool compress)
{
    uint8_t digest[UM_SHA256_BYTES] = {0};
    size_t length = 0;
    for (;;) {
        bytes hash = data_hash(PNG_HEAD, length, digest);
        bytes manifest = signed_manifest(who, "c2pa.hash.data", &hash);
        um_buf_free(&hash);
        bytes b = png_of("caBX", store_of(compress ? packed(manifest) : manifest)), without = start();
        size_t now = b.n - PNG_HEAD - 12;
        um_buf_add(&without, b.data, PNG_HEAD);
        um_buf_add(&without, b.data + b.n - 12, 12);
        uint8_t want[UM_SHA256_BYTES];
        um_sha256_raw(want, without.data, without.n);
        um_buf_free(&without);
        if (now == length && !memcmp(want, digest, sizeof want))
            return b;
        length = now;
        memcpy(digest, want, sizeof want);
        um_buf_free(&b);
    }
}

static void test_algorithms(void)
{
    const struct {
        int id;
        const char *digest, *type, *curve;
        size_t half;
    } kinds[] = {{-7, "SHA256", "EC", "P-256", 32},  {-35, "SHA384", "EC", "P-384", 48},
                 {-36, "SHA512", "EC", "P-521", 66}, {-37, "SHA256", "RSA", NULL, 0},
                 {-38, "SHA384", "RSA", NULL, 0},    {-39, "SHA512", "RSA", NULL, 0},
                 {-8, NULL, "ED25519", NULL, 0}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        EVP_PKEY *key = kinds[i].curve                  ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", kinds[i].curve)
                        : !strcmp(kinds[i].type, "RSA") ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                                                        : EVP_PKEY_Q_keygen(NULL, NULL, kinds[i].type);
        signer who = signer_of(kinds[i].id, kinds[i].digest, key, kinds[i].half);
        bytes b = signed_png(&who, false);
        um_mark m = probe_of(&b, NULL);
        TELLS(m, UM_SIGNATURE_UNKNOWN, UM_CONTENT_UNCHANGED,
              "signature valid, signer unknown: Test Press; content unchanged");
        m = probe_of(&b, roots);
        TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_UNCHANGED, "signature valid and trusted: Test Press");
        CHECK(m.state == UM_MARK_DECLARES_SYNTHETIC);
        um_buf_free(&b);
        signer_free(&who);
    }
}

static void test_tampering(void)
{
    signer who = signer_of(-7, "SHA256", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), 32);
    bytes b = signed_png(&who, false);
    b.data[16] ^= 1; /* of the picture */
    um_mark m = probe_of(&b, roots);
    TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_CHANGED, "content changed since");
    b.data[16] ^= 1;
    struct {
        const char *where, *detail;
    } changes[] = {{"TestMaker/2.0", "signature broken: it does not fit the claim"},
                   {"trainedAlgo", "signature broken: an assertion was changed: c2pa.actions"},
                   {"Test Press", "signature broken"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *at = memmem(b.data, b.n, changes[i].where, strlen(changes[i].where));
        CHECK(at != NULL);
        *at ^= 2;
        m = probe_of(&b, roots);
        TELLS(m, UM_SIGNATURE_BROKEN, UM_CONTENT_NOT_CHECKED, changes[i].detail);
        *at ^= 2;
    }
    m = probe_of(&b, roots);
    TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_UNCHANGED, "1 manifest");
    um_buf_free(&b);
    signer_free(&who);
}

static void test_strangers(void)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *own = certificate("Nobody", key, NULL, key);
    signer who = {-7, "SHA256", key, own, 32};
    bytes b = signed_png(&who, false);
    um_mark m = probe_of(&b, roots);
    TELLS(m, UM_SIGNATURE_UNKNOWN, UM_CONTENT_UNCHANGED, "signer unknown (self");
    um_buf_free(&b);
    who.algorithm = -999;
    b = signed_png(&who, false);
    m = probe_of(&b, roots);
    TELLS(m, UM_SIGNATURE_NOT_CHECKED, UM_CONTENT_NOT_CHECKED,
          "signature not checked: algorithm -999 is not known");
    um_buf_free(&b);
    signer_free(&who);
}

static void test_compressed(void)
{
    signer who = signer_of(-7, "SHA256", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), 32);
    bytes hash = data_hash(0, 0, (const uint8_t[UM_SHA256_BYTES]){0});
    bytes b = png_of("caBX", store_of(packed(signed_manifest(&who, "c2pa.hash.data", &hash))));
    um_mark m = probe_of(&b, roots);
    TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_CHANGED, "1 manifest; source type trainedAlgorithmicMedia");
    CHECK(m.state == UM_MARK_DECLARES_SYNTHETIC && !strstr(m.detail, "no manifest"));
    um_buf_free(&b);
    um_buf_free(&hash);
    signer_free(&who);
}

/* {"exclusions": [{"xpath": "/uuid", "length", "data": [{"offset": 8, "value"}]}, {"xpath": "/ftyp"}],
 * "hash"} */
static bytes bmff_hash(const uint8_t digest[UM_SHA256_BYTES])
{
    bytes b = start();
    LITERAL(&b, "\xA2");
    cbor_text_of(&b, "exclusions");
    LITERAL(&b, "\x82\xA2");
    cbor_text_of(&b, "xpath");
    cbor_text_of(&b, "/uuid");
    cbor_text_of(&b, "data");
    LITERAL(&b, "\x81\xA2");
    cbor_text_of(&b, "offset");
    LITERAL(&b, "\x08");
    cbor_text_of(&b, "value");
    cbor_bytes_of(&b, "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81", 16);
    LITERAL(&b, "\xA2");
    cbor_text_of(&b, "xpath");
    cbor_text_of(&b, "/ftyp");
    cbor_text_of(&b, "length");
    LITERAL(&b, "\xF6");
    cbor_text_of(&b, "hash");
    cbor_bytes_of(&b, digest, UM_SHA256_BYTES);
    return b;
}

static bytes signed_mp4(const signer *who, const char *label, const uint8_t digest[UM_SHA256_BYTES])
{
    bytes b = ftyp("isom"), part = start(), hash = bmff_hash(digest);
    LITERAL(
        &part,
        "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0");
    append(&part, store_of(signed_manifest(who, label, &hash)));
    um_buf_free(&hash);
    box(&b, "uuid", part);
    box(&b, "moov", of_text("12345678"));
    box(&b, "mdat", of_text("media"));
    return b;
}

static void test_bmff(void)
{
    static const char *const labels[] = {"c2pa.hash.bmff", "c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3"};
    enum { TAIL = 16 + 13 }; /* moov and mdat */
    signer who = signer_of(-7, "SHA256", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), 32);
    for (int i = 0; i < 3; i++) {
        uint8_t digest[UM_SHA256_BYTES] = {0};
        bytes b = signed_mp4(&who, labels[i], digest), hashed = start();
        if (i) /* from version 2 on the place of each box, then the box */
            number(&hashed, b.n - TAIL, 8, 'b');
        um_buf_add(&hashed, b.data + b.n - TAIL, 16);
        if (i)
            number(&hashed, b.n - 13, 8, 'b');
        um_buf_add(&hashed, b.data + b.n - 13, 13);
        um_sha256_raw(digest, hashed.data, hashed.n);
        um_buf_free(&hashed);
        um_buf_free(&b);
        b = signed_mp4(&who, labels[i], digest);
        um_mark m = probe_of(&b, roots);
        TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_UNCHANGED, "content unchanged");
        b.data[b.n - 1] ^= 1;
        m = probe_of(&b, roots);
        TELLS(m, UM_SIGNATURE_TRUSTED, UM_CONTENT_CHANGED, "content changed since");
        um_buf_free(&b);
    }
    signer_free(&who);
}

/* Whatever is damaged: an answer, and never that all is well with a file that is not what was signed. */
static void test_damage(void)
{
    uint32_t random = 4711;
    const uint8_t zeros[UM_SHA256_BYTES] = {0};
    signer who = signer_of(-7, "SHA256", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), 32);
    for (int kind = 0; kind < 2; kind++) {
        bytes b = kind ? signed_mp4(&who, "c2pa.hash.bmff.v2", zeros) : signed_png(&who, false);
        for (int i = 0; i < 400; i++) {
            random = random * 1664525 + 1013904223;
            size_t bit = (random >> 8) % (b.n * 8);
            b.data[bit / 8] ^= (char)(1 << bit % 8);
            um_mark m = probe_of(&b, roots);
            CHECK(m.state <= UM_MARK_NOT_LOOKED_AT);
            CHECK(m.signature != UM_SIGNATURE_TRUSTED || m.content != UM_CONTENT_UNCHANGED ||
                  bit / 8 < b.n - 12);
            b.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        for (size_t n = b.n; n > 0; n -= n > 7 ? 7 : n) {
            bytes cut = b;
            cut.n = n;
            um_mark m = probe_of(&cut, NULL);
            CHECK(m.signature != UM_SIGNATURE_UNKNOWN || m.content != UM_CONTENT_UNCHANGED || n == b.n);
        }
        um_buf_free(&b);
    }
    signer_free(&who);
}

static void test_trust_files(void)
{
    um_probe probe;
    um_error err;
    CHECK(um_probe_file(&probe, path, &(um_probe_options){.trust = "/nonexistent/roots.pem"}, &err) ==
          UM_EIO);
    CHECK(strstr(err.text, "/nonexistent/roots.pem"));
    CHECK(um_probe_file(&probe, path, &(um_probe_options){.trust = path}, &err) == UM_EFORMAT &&
          strstr(err.text, "no certificate"));
}

int main(void)
{
    int fd = mkstemp(path), fd2 = mkstemp(roots);
    FILE *f = fd2 >= 0 ? fdopen(fd2, "w") : NULL;
    CHECK(fd >= 0 && f);
    close(fd);
    root_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    root = certificate("Test Root", root_key, NULL, root_key);
    CHECK(f && PEM_write_X509(f, root));
    if (f)
        fclose(f);
    test_algorithms();
    test_tampering();
    test_strangers();
    test_compressed();
    test_bmff();
    test_damage();
    test_trust_files();
    X509_free(root);
    EVP_PKEY_free(root_key);
    unlink(path);
    unlink(roots);
    return check_done();
}
