/* SPDX-License-Identifier: GPL-3.0-or-later */
/* marks_fixtures.h: the smallest files that carry one text, each as the programs of the field write it. */
#ifndef UM_MARKS_FIXTURES_H
#define UM_MARKS_FIXTURES_H
#include "probe_fixtures.h"

static inline bytes png_of(const char *type, bytes content)
{
    bytes b = start(), part = start();
    LITERAL(&b, "\x89PNG\r\n\x1a\n");
    LITERAL(&part, "\0\0\0\1\0\0\0\1\x08\0\0\0\0");
    chunk(&b, "IHDR", part);
    chunk(&b, type, content);
    chunk(&b, "IEND", start());
    return b;
}

static inline bytes png_text_of(const char *key, const char *text)
{
    bytes part = start();
    um_buf_add(&part, key, strlen(key) + 1);
    um_buf_text(&part, text);
    return png_of("tEXt", part);
}

static inline bytes png_xmp_of(const char *inside);

/* A directory with one text; the UserComment stands in a directory of its own, behind eight bytes. */
static inline bytes exif_text_of(int tag, const char *text)
{
    bytes b = start();
    bool comment = tag == 0x9286;
    uint32_t n = (uint32_t)strlen(text) + (comment ? 8 : 1), first = 8 + 2 + 12 + 4;
    LITERAL(&b, "II*\0\x08\0\0\0\1\0");
    if (comment) {
        entry(&b, 0x8769, 4, 1, first, 'l');
        number(&b, 0, 4, 'l');
        LITERAL(&b, "\1\0");
    }
    entry(&b, tag, comment ? 7 : 2, n, comment ? 2 * first - 8 : first, 'l');
    number(&b, 0, 4, 'l');
    if (comment)
        LITERAL(&b, "ASCII\0\0\0");
    um_buf_text(&b, text);
    if (!comment)
        LITERAL(&b, "\0");
    return b;
}

static inline bytes jpeg_segment_of(int marker, bytes content)
{
    bytes b = start();
    LITERAL(&b, "\xFF\xD8");
    segment(&b, marker, content);
    LITERAL(&b, "\xFF\xDA\0\2\0\0\xFF\xD9");
    return b;
}

static inline bytes jpeg_exif_of(int tag, const char *text)
{
    bytes part = start();
    LITERAL(&part, "Exif\0\0");
    append(&part, exif_text_of(tag, text));
    return jpeg_segment_of(0xE1, part);
}

/* What stands inside rdf:Description, with the namespaces of the field declared. */
static inline bytes xmp_of(const char *inside)
{
    bytes b = start();
    um_buf_printf(
        &b,
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:ext='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:exif='http://ns.adobe.com/exif/1.0/' "
        "xmlns:T='http://www.tc260.org.cn/ns/AIGC/1.0/' xmlns:x1='http://example.org/'>%s</rdf:Description>"
        "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>",
        inside);
    return b;
}

static inline bytes jpeg_xmp_of(const char *inside)
{
    bytes part = start();
    LITERAL(&part, "http://ns.adobe.com/xap/1.0/\0");
    append(&part, xmp_of(inside));
    return jpeg_segment_of(0xE1, part);
}

static inline bytes png_xmp_of(const char *inside)
{
    bytes part = start();
    LITERAL(&part, "XML:com.adobe.xmp\0\0\0\0\0");
    append(&part, xmp_of(inside));
    return png_of("iTXt", part);
}

static inline bytes riff_of(const char *form, const char *type, bytes content)
{
    bytes b = start(), body = of_text(form);
    riff_chunk(&body, type, content);
    riff_chunk(&b, "RIFF", body);
    return b;
}

static inline bytes wav_info_of(const char *type, const char *text)
{
    bytes info = of_text("INFO");
    riff_chunk(&info, type, of_text(text));
    return riff_of("WAVE", "LIST", info);
}

static inline bytes ftyp(const char *brand)
{
    bytes b = start(), part = of_text(brand);
    number(&part, 0, 4, 'b');
    box(&b, "ftyp", part);
    return b;
}

/* A name of four bytes as iTunes has them, else a key of QuickTime's; `late`: the keys stand behind the list.
 */
static inline bytes mp4_text_of(const char *name, const char *text, bool late)
{
    bytes b = ftyp("isom"), moov = start(), meta = start(), list = start(), names = start(), part = start();
    bool key = (name[0] & 0x80) == 0;
    part = start();
    LITERAL(&part, "\0\0\0\0\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    box(&meta, "hdlr", part);
    if (key) {
        part = start();
        LITERAL(&part, "\0\0\0\0\0\0\0\1");
        number(&part, strlen(name) + 8, 4, 'b');
        um_buf_text(&part, "mdta");
        um_buf_text(&part, name);
        box(&names, "keys", part);
    }
    bytes data = start();
    LITERAL(&data, "\0\0\0\1\0\0\0\0");
    um_buf_text(&data, text);
    part = start();
    box(&part, "data", data);
    number(&list, part.n + 8, 4, 'b');
    if (key)
        number(&list, 1, 4, 'b');
    else
        um_buf_add(&list, name, 4);
    append(&list, part);
    if (!late)
        append(&meta, names);
    box(&meta, "ilst", list);
    if (late)
        append(&meta, names);
    box(&moov, "meta", meta);
    box(&b, "moov", moov);
    return b;
}

static inline void element(bytes *b, uint32_t id, int id_bytes, bytes content)
{
    number(b, id, id_bytes, 'b');
    number(b, (uint64_t)1 << 56 | content.n, 8, 'b');
    append(b, content);
}

/* A tag of Matroska; `late`: its name stands behind its text. */
static inline bytes mkv_tag_of(const char *name, const char *text, bool late)
{
    bytes b = start(), segment = start(), tags = start(), tag = start(), simple = start();
    LITERAL(&b, "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm");
    if (!late)
        element(&simple, 0x45A3, 2, of_text(name));
    element(&simple, 0x4487, 2, of_text(text));
    if (late)
        element(&simple, 0x45A3, 2, of_text(name));
    element(&tag, 0x67C8, 2, simple);
    element(&tags, 0x7373, 2, tag);
    element(&segment, 0x1254C367, 4, tags);
    element(&b, 0x18538067, 4, segment);
    return b;
}

/* A frame of an ID3 tag in front of MP3: COMM, or TXXX with the description. */
static inline bytes mp3_text_of(const char *description, const char *text)
{
    bytes b = start(), frame = start();
    if (description) {
        LITERAL(&frame, "\3");
        um_buf_add(&frame, description, strlen(description) + 1);
    } else {
        LITERAL(&frame, "\3eng\0");
    }
    um_buf_text(&frame, text);
    LITERAL(&b, "ID3\3\0\0");
    size_t n = frame.n + 10;
    for (int shift = 21; shift >= 0; shift -= 7)
        number(&b, n >> shift & 127, 1, 'b');
    um_buf_text(&b, description ? "TXXX" : "COMM");
    number(&b, frame.n, 4, 'b');
    LITERAL(&b, "\0\0");
    append(&b, frame);
    LITERAL(&b, "\xFF\xFB\x90\x64....");
    return b;
}

static inline bytes flac_text_of(const char *comment)
{
    bytes b = of_text("fLaC"), c = comments("reference libFLAC 1.4.2", comment);
    number(&b, 0x84000000u + c.n, 4, 'b');
    append(&b, c);
    return b;
}

static inline bytes gif_text_of(const char *text)
{
    bytes b = start();
    LITERAL(&b, "GIF89a\1\0\1\0\x80\0\0\0\0\0\xFF\xFF\xFF");
    LITERAL(&b, "\x2C\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x21\xFE");
    for (size_t n = strlen(text), k; n; n -= k, text += k) {
        k = n < 255 ? n : 255;
        number(&b, k, 1, 'b');
        um_buf_add(&b, text, k);
    }
    LITERAL(&b, "\0;");
    return b;
}

/* A HEIF file whose EXIF and XMP lie in `pieces` pieces, in 'mdat' or in 'idat'; `order` is the order of the
 * boxes in 'meta': i = iinf, l = iloc, d = idat. */
static inline bytes heif_items(const char *order, int pieces, bool in_data)
{
    bytes b = ftyp("avif"), info = start(), part = start(),
          item[2] = {start(), xmp_of("<ext:DigitalSourceType>" TRAINED "</ext:DigitalSourceType>")};
    LITERAL(&item[0], "\0\0\0\6Exif\0\0");
    append(&item[0], exif_text_of(0x0131, "Adobe Firefly"));
    LITERAL(&info, "\0\0\0\0\0\2");
    LITERAL(&part, "\2\0\0\0\0\7\0\0Exif\0");
    box(&info, "infe", part);
    part = start();
    LITERAL(&part, "\2\0\0\0\0\x08\0\0mime\0"
                   "application/rdf+xml\0\0");
    box(&info, "infe", part);
    size_t location = 8 + 4 + 4 + 2 * (2 + 2 + 2 + 2 + (size_t)pieces * 8);
    size_t meta = 8 + 4 + 8 + info.n + location + (in_data ? 8 + item[0].n + item[1].n : 0);
    size_t at = in_data ? 0 : b.n + meta + 8;
    bytes iloc = start(), content = start(), in = start();
    LITERAL(&iloc, "\1\0\0\0\x44\0\0\2");
    for (int i = 0; i < 2; i++) {
        number(&iloc, (uint64_t)i + 7, 2, 'b');
        number(&iloc, in_data, 2, 'b'); /* construction method */
        number(&iloc, 0, 2, 'b');
        number(&iloc, (uint64_t)pieces, 2, 'b');
        for (int k = 0; k < pieces; k++) {
            size_t n = k + 1 < pieces ? 10 : item[i].n - 10 * ((size_t)pieces - 1);
            number(&iloc, at, 4, 'b');
            number(&iloc, n, 4, 'b');
            at += n;
        }
        append(&content, item[i]);
    }
    if (!strchr(order, 'l'))
        um_buf_free(&iloc);
    LITERAL(&in, "\0\0\0\0");
    for (; *order; order++) {
        if (*order == 'i')
            box(&in, "iinf", info);
        else if (*order == 'l')
            box(&in, "iloc", iloc);
        else if (in_data)
            box(&in, "idat", content);
    }
    box(&b, "meta", in);
    if (!in_data)
        box(&b, "mdat", content);
    return b;
}
#endif
