/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_fixtures.h: small files with every provenance mark, put together byte by byte. */
#ifndef UM_PROBE_FIXTURES_H
#define UM_PROBE_FIXTURES_H
#include "base/base.h"
#include <string.h>
#include <zlib.h>

typedef um_buf bytes;

static inline bytes start(void)
{
    bytes b;
    um_buf_init(&b, 1 << 20);
    return b;
}
static inline void number(bytes *b, uint64_t value, int n, char order)
{
    for (int i = 0; i < n; i++) {
        uint8_t c = (uint8_t)(value >> 8 * (order == 'b' ? n - 1 - i : i));
        um_buf_add(b, &c, 1);
    }
}
#define LITERAL(b, text) um_buf_add(b, text, sizeof(text) - 1) /* zeros inside count */

static inline void append(bytes *b, bytes part)
{
    if (part.n)
        um_buf_add(b, part.data, part.n);
    um_buf_free(&part);
}
/* size (4, big endian), type, content */
static inline void box(bytes *b, const char *type, bytes content)
{
    number(b, content.n + 8, 4, 'b');
    um_buf_add(b, type, 4);
    append(b, content);
}
static inline bytes of_text(const char *text)
{
    bytes b = start();
    um_buf_text(&b, text);
    return b;
}

/* ---- C2PA ---- */

static inline void superbox(bytes *b, const char *type, const char *label, bytes content)
{
    bytes in = start(), description = start();
    um_buf_add(&description, type, 4);
    LITERAL(&description, "\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03");
    um_buf_add(&description, label, strlen(label) + 1);
    box(&in, "jumd", description);
    append(&in, content);
    box(b, "jumb", in);
}

static inline void cbor_text_of(bytes *b, const char *text)
{
    size_t n = strlen(text);
    if (n < 24) {
        number(b, 0x60 + n, 1, 'b');
    } else {
        number(b, 0x78, 1, 'b');
        number(b, n, 1, 'b');
    }
    um_buf_text(b, text);
}

/* {"claim_generator": ..., "claim_generator_info": [_ {"name": ...}], "n": -1, "f": 1.5, "t": 0("x")} */
static inline bytes claim(void)
{
    bytes b = start();
    LITERAL(&b, "\xA5");
    cbor_text_of(&b, "claim_generator");
    cbor_text_of(&b, "TestMaker/1.0");
    cbor_text_of(&b, "claim_generator_info");
    LITERAL(&b, "\x9F\xA1");
    cbor_text_of(&b, "name");
    cbor_text_of(&b, "OpenAI-API");
    LITERAL(&b, "\xFF");
    cbor_text_of(&b, "n");
    LITERAL(&b, "\x20");
    cbor_text_of(&b, "f");
    LITERAL(&b, "\xF9\x3E\x00");
    cbor_text_of(&b, "t");
    LITERAL(&b, "\xC0\x61x");
    return b;
}

static inline bytes actions(const char *source_type)
{
    bytes b = start();
    LITERAL(&b, "\xA1");
    cbor_text_of(&b, "actions");
    LITERAL(&b, "\x81\xA2");
    cbor_text_of(&b, "action");
    cbor_text_of(&b, "c2pa.created");
    cbor_text_of(&b, "digitalSourceType");
    cbor_text_of(&b, source_type);
    return b;
}

static inline bytes manifest_store(const char *source_type)
{
    bytes b = start(), store = start(), manifest = start(), part = start(), assertion = start();
    box(&assertion, "cbor", actions(source_type));
    superbox(&part, "cbor", "c2pa.actions", assertion);
    superbox(&manifest, "c2as", "c2pa.assertions", part);
    part = start();
    box(&part, "cbor", claim());
    superbox(&manifest, "c2cl", "c2pa.claim", part);
    part = start();
    box(&part, "cbor", of_text("\x43xyz"));
    superbox(&manifest, "c2cs", "c2pa.signature", part);
    superbox(&store, "c2ma", "urn:uuid:1", manifest);
    superbox(&b, "c2pa", "c2pa", store);
    return b;
}

#define TRAINED "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
#define CAPTURE "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"

/* ---- EXIF and XMP ---- */

static inline void entry(bytes *b, int tag, int type, uint32_t count, uint32_t value, char order)
{
    number(b, (uint64_t)tag, 2, order);
    number(b, (uint64_t)type, 2, order);
    number(b, count, 4, order);
    if (type == 3 && order == 'b')
        value <<= 16;
    number(b, value, 4, order);
}

static inline bytes exif(char order)
{
    bytes b = start();
    um_buf_text(&b, order == 'b' ? "MM" : "II");
    number(&b, 42, 2, order);
    number(&b, 8, 4, order);
    /* texts at 0: 8 + 2 + 6 * 12 + 4 = 86; "Apple" 6, "iPhone 12" 10, "16.1.2" 7 */
    number(&b, 6, 2, order);
    entry(&b, 0x010F, 2, 6, 86, order);
    entry(&b, 0x0110, 2, 10, 92, order);
    entry(&b, 0x0112, 3, 1, 6, order);
    entry(&b, 0x0131, 2, 7, 102, order);
    entry(&b, 0x8769, 4, 1, 110, order);
    entry(&b, 0x8825, 4, 1, 200, order);
    number(&b, 0, 4, order);
    LITERAL(&b, "Apple\0iPhone 12\0"
                "16.1.2\0\0");
    /* the EXIF directory at 110; its texts at 110 + 2 + 24 + 4 = 140 */
    number(&b, 2, 2, order);
    entry(&b, 0x9003, 2, 20, 140, order);
    entry(&b, 0x9286, 7, 18, 160, order);
    number(&b, 0, 4, order);
    LITERAL(&b, "2021:05:06 07:08:09\0UNICODE\0\0h\0e\0l\0l\0o");
    return b;
}

static inline bytes xmp(const char *source_type)
{
    bytes b = start();
    um_buf_printf(
        &b,
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmp:CreatorTool=\"Adobe "
        "Firefly 2\"><Iptc4xmpExt:DigitalSourceType>%s</Iptc4xmpExt:DigitalSourceType><dc:description>"
        "<rdf:Alt><rdf:li xml:lang=\"x-default\">A cat</rdf:li></rdf:Alt></dc:description>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>",
        source_type);
    return b;
}

/* ---- containers ---- */

static inline void segment(bytes *b, int marker, bytes content)
{
    number(b, 0xFF00u + (unsigned)marker, 2, 'b');
    number(b, content.n + 2, 2, 'b');
    append(b, content);
}

static inline bytes jpeg(void)
{
    bytes b = start(), part = start(), store = manifest_store(TRAINED);
    LITERAL(&b, "\xFF\xD8");
    LITERAL(&part, "Exif\0\0");
    append(&part, exif('l'));
    segment(&b, 0xE1, part);
    part = start();
    LITERAL(&part, "http://ns.adobe.com/xap/1.0/\0");
    append(&part, xmp(TRAINED));
    segment(&b, 0xE1, part);
    size_t half = store.n / 2;
    for (unsigned i = 0; i < 2; i++) { /* the second repeats the header of the box */
        part = start();
        LITERAL(&part, "JP\0\1");
        number(&part, i + 1, 4, 'b');
        um_buf_add(&part, store.data, i ? 8 : half);
        if (i)
            um_buf_add(&part, store.data + half, store.n - half);
        segment(&b, 0xEB, part);
    }
    um_buf_free(&store);
    segment(&b, 0xFE, of_text("Lavc59.37.100"));
    LITERAL(&b, "\xFF\xDA\0\2\0\0\xFF\xD9");
    return b;
}

static inline void chunk(bytes *b, const char *type, bytes content)
{
    size_t at = b->n + 4, n = content.n;
    number(b, n, 4, 'b');
    um_buf_add(b, type, 4);
    append(b, content);
    number(b, crc32(0, (uint8_t *)b->data + at, (uInt)n + 4), 4, 'b');
}

static inline bytes png(void)
{
    static const char prompt[] = "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {}}}";
    uint8_t packed[200];
    uLongf n = sizeof packed;
    bytes b = start(), part = start();
    LITERAL(&b, "\x89PNG\r\n\x1a\n");
    LITERAL(&part, "\0\0\0\1\0\0\0\1\x08\0\0\0\0");
    chunk(&b, "IHDR", part);
    part = start();
    LITERAL(&part, "parameters\0a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7");
    chunk(&b, "tEXt", part);
    compress(packed, &n, (const uint8_t *)prompt, sizeof prompt - 1);
    part = start();
    LITERAL(&part, "prompt\0\0");
    um_buf_add(&part, packed, n);
    chunk(&b, "zTXt", part);
    part = start();
    LITERAL(&part, "Software\0\0\0en\0\0NovelAI");
    chunk(&b, "iTXt", part);
    chunk(&b, "caBX", manifest_store(CAPTURE));
    chunk(&b, "eXIf", exif('b'));
    chunk(&b, "IEND", start());
    return b;
}

static inline void data_entry(bytes *b, const char *name, const char *text)
{
    bytes data = start(), outer = start();
    LITERAL(&data, "\0\0\0\1\0\0\0\0");
    um_buf_text(&data, text);
    box(&outer, "data", data);
    box(b, name, outer);
}

static inline bytes mp4(void)
{
    bytes b = start(), moov = start(), udta = start(), meta = start(), list = start(), part = of_text("isom");
    number(&part, 512, 4, 'b');
    box(&b, "ftyp", part);
    part = start();
    LITERAL(
        &part,
        "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0");
    append(&part, manifest_store(TRAINED));
    box(&b, "uuid", part);
    part = start();
    LITERAL(&part, "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac");
    append(&part, xmp(CAPTURE));
    box(&b, "uuid", part);
    /* ISO metadata as of iTunes */
    LITERAL(&meta, "\0\0\0\0");
    data_entry(&list, "\xA9too", "Lavf59.27.100");
    data_entry(&list,
               "\xA9"
               "cmt",
               "unmask synthetic: swap");
    box(&meta, "ilst", list);
    box(&udta, "meta", meta);
    part = start();
    LITERAL(&part, "\0\x0A\x15\xC7"
                   "Final Cut ");
    box(&udta, "\xA9swr", part);
    box(&moov, "udta", udta);
    /* QuickTime metadata: keys and a list by index */
    meta = start();
    part = start();
    LITERAL(&part, "\0\0\0\0\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    box(&meta, "hdlr", part);
    part = start();
    LITERAL(&part, "\0\0\0\0\0\0\0\1\0\0\0\x20mdtacom.apple.quicktime.make");
    box(&meta, "keys", part);
    list = start();
    bytes data = start();
    LITERAL(&data, "\0\0\0\1\0\0\0\0Apple");
    part = start();
    box(&part, "data", data);
    number(&list, part.n + 8, 4, 'b');
    number(&list, 1, 4, 'b');
    append(&list, part);
    box(&meta, "ilst", list);
    box(&moov, "meta", meta);
    part = start();
    LITERAL(&part, "\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0ISO Media file produced by Google Inc.\0");
    bytes mdia = start(), trak = start();
    box(&mdia, "hdlr", part);
    box(&trak, "mdia", mdia);
    box(&moov, "trak", trak);
    box(&b, "moov", moov);
    box(&b, "mdat", of_text("....x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec"));
    return b;
}

static inline bytes heic(void)
{
    bytes b = start(), meta = start(), part = of_text("heic"), info = start(), block = start();
    number(&part, 0, 4, 'b');
    box(&b, "ftyp", part);
    LITERAL(&meta, "\0\0\0\0");
    part = start();
    LITERAL(&part, "\2\0\0\0\0\7\0\0Exif\0");
    LITERAL(&info, "\0\0\0\0\0\1");
    box(&info, "infe", part);
    size_t where = b.n + 8 + 4 + info.n + 8 + (8 + 22) + 8; /* of the item, in mdat */
    LITERAL(&block, "\0\0\0\6Exif\0\0");
    append(&block, exif('b'));
    box(&meta, "iinf", info);
    part = start();
    LITERAL(&part, "\0\0\0\0\x44\0\0\1\0\7\0\0\0\1");
    number(&part, where, 4, 'b');
    number(&part, block.n, 4, 'b');
    box(&meta, "iloc", part);
    box(&b, "meta", meta);
    box(&b, "mdat", block);
    return b;
}

static inline void riff_chunk(bytes *b, const char *type, bytes content)
{
    um_buf_add(b, type, 4);
    number(b, content.n, 4, 'l');
    bool odd = content.n & 1;
    append(b, content);
    if (odd)
        LITERAL(b, "\0");
}

static inline bytes riff(const char *form)
{
    bytes b = start(), body = of_text(form), info = of_text("INFO");
    riff_chunk(&body, "C2PA", manifest_store(TRAINED));
    riff_chunk(&body, "EXIF", exif('l'));
    riff_chunk(&info, "ISFT", of_text("Lavf59.27.100"));
    riff_chunk(&info, "ICMT", of_text("unmask synthetic: voice"));
    riff_chunk(&body, "LIST", info);
    riff_chunk(&body, "XMP ", xmp(CAPTURE));
    riff_chunk(&b, "RIFF", body);
    return b;
}

static inline bytes mp3(void)
{
    bytes b = start(), tag = start(), store = manifest_store(TRAINED);
    LITERAL(&tag, "TSSE\0\0\0\x0F\0\0\3Lavf59.27.100\0");
    LITERAL(&tag, "TXXX\0\0\0\x19\0\0\1\xFF\xFE"
                  "c\0o\0m\0m\0e\0n\0t\0\0\0\xFF\xFEh\0i\0");
    LITERAL(&tag, "GEOB");
    size_t n = 1 + 34 + 1 + 1 + store.n;
    for (int shift = 21; shift >= 0; shift -= 7)
        number(&tag, n >> shift & 127, 1, 'b');
    LITERAL(&tag, "\0\0\0application/x-c2pa-manifest-store\0\0\0");
    append(&tag, store);
    LITERAL(&b, "ID3\4\0\0");
    for (int shift = 21; shift >= 0; shift -= 7)
        number(&b, tag.n >> shift & 127, 1, 'b');
    append(&b, tag);
    LITERAL(&b, "\xFF\xFB\x90\x64....LAME3.100UUUU\1Lavf59.27.100WA\x8D");
    return b;
}

static inline bytes comments(const char *vendor, const char *comment)
{
    bytes b = start();
    number(&b, strlen(vendor), 4, 'l');
    um_buf_text(&b, vendor);
    number(&b, 1, 4, 'l');
    number(&b, strlen(comment), 4, 'l');
    um_buf_text(&b, comment);
    return b;
}

static inline bytes flac(void)
{
    bytes b = of_text("fLaC"), c = comments("reference libFLAC 1.4.2", "comment=unmask synthetic: x");
    number(&b, 0x84000000u + c.n, 4, 'b');
    append(&b, c);
    return b;
}

static inline bytes ogg(void)
{
    bytes b = start(), c = of_text("OpusTags");
    append(&c, comments("libopus 1.3.1", "ENCODER=Lavc59.37.100 libopus"));
    LITERAL(&b, "OggS\0\0........\1\0\0\0\0\0\0\0....\1");
    number(&b, c.n, 1, 'l');
    append(&b, c);
    return b;
}

static inline bytes mkv(void)
{
    bytes b = start();
    LITERAL(&b, "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm"                         /* EBML, DocType */
                "\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF"             /* Segment, unknown size */
                "\x15\x49\xA9\x66\x96\x4D\x80\x88LavfTest\x57\x41\x88HandBrak" /* Info */
                "\x12\x54\xC3\x67\xA9\x73\x73\xA6\x67\xC8\xA3"                 /* Tags, Tag, SimpleTag */
                "\x45\xA3\x87"
                "COMMENT\x44\x87\x96unmask synthetic: test");
    return b;
}
#endif
