/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What generators write is found, in every container that they write it into, and honest files that use the
 * same words are not accused. docs/provenance.md has the table of generators. */
#include "../check.h"
#include "marks_fixtures.h"
#include <stdlib.h>
#include <unistd.h>
#include <unmask/probe.h>

static char path[] = "/tmp/unmask-marks-XXXXXX";

static um_probe probe_of(bytes b)
{
    um_probe probe;
    um_error err;
    CHECK(!b.broken && um_file_write(path, b.data, b.n, &err) == UM_OK);
    CHECK(um_probe_file(&probe, path, NULL, &err) == UM_OK);
    um_buf_free(&b);
    return probe;
}

static const um_mark *mark(const um_probe *p, const char *name)
{
    for (int i = 0; i < p->n_marks; i++)
        if (!strcmp(p->marks[i].name, name))
            return &p->marks[i];
    return NULL;
}

static void check_mark(int line, bytes file, const char *name, um_mark_state state, const char *detail)
{
    um_probe p = probe_of(file);
    const um_mark *m = mark(&p, name);
    bool good = m && m->state == state && strstr(m->detail, detail);
    CHECK(good);
    if (!good && m)
        fprintf(stderr, "line %d: %s %s: state %d, \"%s\"\n", line, p.kind, name, m->state, m->detail);
}
#define FOUND(file, detail) check_mark(__LINE__, file, "generator", UM_MARK_DECLARES_SYNTHETIC, detail)
#define MARK(file, name, state, detail) check_mark(__LINE__, file, name, state, detail)

static void check_honest(int line, bytes file)
{
    um_probe p = probe_of(file);
    for (int i = 0; i < p.n_marks; i++) {
        CHECK(p.marks[i].state != UM_MARK_DECLARES_SYNTHETIC);
        if (p.marks[i].state == UM_MARK_DECLARES_SYNTHETIC)
            fprintf(stderr, "line %d: %s %s: \"%s\"\n", line, p.kind, p.marks[i].name, p.marks[i].detail);
    }
}
#define HONEST(file) check_honest(__LINE__, file)

#define CMT \
    "\xA9"  \
    "cmt"
#define INFOTEXT                                                                                            \
    "a cat, (masterpiece:1.2)\nNegative prompt: dog\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, " \
    "CFG scale: "                                                                                           \
    "7, Seed: 3406574281, Size: 512x768, Model hash: 6ce0161689, Model: v1-5, Version: f2.0.1v1.10.1"
#define GRAPH                                                                                         \
    "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 18446744073709551615, \"model\": " \
    "[\"4\", 0]}, "                                                                                   \
    "\"is_changed\": [NaN]}, \"4\": {\"class_type\": \"CheckpointLoaderSimple\", \"inputs\": {}}}"
#define WORKFLOW                                                                                        \
    "{\"last_node_id\": 9, \"last_link_id\": 9, \"nodes\": [{\"id\": 7, \"type\": \"CLIPTextEncode\", " \
    "\"pos\": [1, "                                                                                     \
    "2]}], \"links\": [[1, 4, 0, 3, 0, \"MODEL\"]], \"version\": 0.4}"
#define NESTED                                                                                          \
    "{\"prompt\": \"{\\\"3\\\": {\\\"class_type\\\": \\\"KSampler\\\", \\\"inputs\\\": {\\\"text\\\": " \
    "\\\"a \\\\\\\"b\\\\\\\""                                                                           \
    "\\\"}}}\"}"

static void test_stable_diffusion(void)
{
    const char *sd = "Steps: 20, Sampler: DPM++ 2M";
    FOUND(png_text_of("parameters", INFOTEXT), sd); /* AUTOMATIC1111, Forge */
    FOUND(jpeg_exif_of(0x9286, INFOTEXT), sd);      /* the same as JPEG */
    FOUND(riff_of("WEBP", "EXIF", exif_text_of(0x9286, INFOTEXT)), sd);
    FOUND(gif_text_of(INFOTEXT), sd);
    FOUND(mp4_text_of(CMT, INFOTEXT, false), sd);
    FOUND(png_text_of("parameters",
                      "{\"prompt\": \"x\", \"base_model\": \"juggernautXL\", \"metadata_scheme\": "
                      "\"fooocus\", \"seed\": \"123\", \"steps\": 30, \"version\": \"Fooocus v2.5.5\"}"),
          "Fooocus");
    FOUND(png_text_of("fooocus_scheme", "a1111"), "Fooocus");
    FOUND(jpeg_exif_of(0x0131, "Fooocus v2.5.5"), "Fooocus v2.5.5");
    FOUND(png_text_of("parameters",
                      "{\"Prompt\":\"x\",\"steps\":30,\"cfg\":8,\"seed\":1,\"sampler_name\":\"dpmpp\","
                      "\"software\":\"RuinedFooocus\"}"),
          "RuinedFooocus");
    FOUND(png_text_of("parameters", "\"{\\\"Prompt\\\":\\\"x\\\",\\\"software\\\":\\\"RuinedFooocus\\\"}\""),
          "RuinedFooocus"); /* JSON in a JSON text */
    FOUND(png_text_of("parameters",
                      "{\"sui_image_params\": {\"prompt\": \"x\", \"swarm_version\": \"0.9.1.1\"}}"),
          "SwarmUI");
    FOUND(png_text_of("invokeai_metadata", "{\"app_version\": \"4.2.0\", \"positive_prompt\": \"x\"}"),
          "InvokeAI");
    FOUND(png_text_of("sd-metadata", "{\"model\": \"stable diffusion\", \"app_id\": \"invoke-ai/InvokeAI\"}"),
          "InvokeAI");
    FOUND(png_text_of("Dream", "\"a cat\" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms"), "InvokeAI");
    FOUND(png_text_of("use_stable_diffusion_model", "sd-v1-5"), "Easy Diffusion");
    FOUND(jpeg_exif_of(0x9286,
                       "{\"prompt\": \"x\", \"seed\": 5, \"use_stable_diffusion_model\": \"sd-v1-5\", "
                       "\"num_inference_steps\": 25}"),
          "Easy Diffusion");
    FOUND(jpeg_exif_of(0x9286,
                       "{\"c\": \"x\", \"uc\": \"\", \"sampler\": \"DDIM\", \"steps\": 20, \"seed\": 1, "
                       "\"scale\": 7}"),
          "Draw Things");
    FOUND(png_text_of("Software", "NovelAI"), "NovelAI");
    FOUND(png_text_of("Comment",
                      "{\"steps\": 28, \"scale\": 5.0, \"uc\": \"lowres\", \"seed\": 4129543, \"sampler\": "
                      "\"k_euler\", \"signed_hash\": \"x\"}"),
          "NovelAI");
    FOUND(jpeg_exif_of(0x9286, "{\"Comment\": \"{\\\"steps\\\": 28, \\\"scale\\\": 5, \\\"uc\\\": \\\"\\\", "
                               "\\\"seed\\\": 4, \\\"sampler\\\": \\\"k_euler\\\"}\", \"Source\": \"x\"}"),
          "NovelAI");
}

static void test_comfy(void)
{
    FOUND(png_text_of("prompt", GRAPH), "ComfyUI prompt");
    FOUND(png_text_of("workflow", WORKFLOW), "ComfyUI workflow");
    FOUND(riff_of("WEBP", "EXIF", exif_text_of(0x0110, "prompt:" GRAPH)), "ComfyUI prompt");
    FOUND(riff_of("WEBP", "EXIF", exif_text_of(0x010F, "workflow:" WORKFLOW)), "ComfyUI workflow");
    FOUND(mp4_text_of("prompt", GRAPH, false), "ComfyUI prompt");
    FOUND(mp4_text_of("workflow", WORKFLOW, true), "ComfyUI workflow"); /* names of the entries behind them */
    FOUND(mp4_text_of(CMT, NESTED, false), "ComfyUI prompt");           /* VideoHelperSuite */
    FOUND(mkv_tag_of("COMMENT", NESTED, false), "ComfyUI prompt");
    FOUND(mkv_tag_of("PROMPT", GRAPH, true), "ComfyUI prompt");
    FOUND(mkv_tag_of("COMMENT", "{\"workflow\": " WORKFLOW "}", false), "ComfyUI workflow");
    FOUND(flac_text_of("prompt=" GRAPH), "ComfyUI prompt");
    FOUND(mp3_text_of("prompt", GRAPH), "ComfyUI prompt");
    FOUND(gif_text_of(NESTED), "ComfyUI prompt");
}

static void test_services(void)
{
#define JOB "Job ID: 3c1a5c64-0f1b-4a3e-9b53-aa2dd5b0a7e1"
    FOUND(png_text_of("Description", "a cat --ar 2:3 --v 6.1 " JOB), "Midjourney " JOB);
    FOUND(png_text_of("Description", "a cat --niji 6 " JOB), "Midjourney");
    FOUND(jpeg_xmp_of("<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>a cat --v 5 " JOB
                      "</rdf:li></rdf:Alt></dc:description>"),
          "Midjourney");
    FOUND(jpeg_xmp_of("<photoshop:Credit>Made with Google AI</photoshop:Credit>"), "Made with Google AI");
    FOUND(jpeg_exif_of(0x0131, "Adobe Firefly"), "Adobe Firefly");
    FOUND(mp3_text_of(
              NULL,
              "made with suno; created=2025-10-08T16:20:02.314Z; id=116d34f4-b3d5-48b8-9334-011b1dd1df00"),
          "made with suno");
    FOUND(flac_text_of("DESCRIPTION=made with suno; created=2025-10-08T16:20:02.314Z"), "made with suno");
    FOUND(wav_info_of("ICMT", "made with suno studio; created=2026-01-01"), "made with suno");
    FOUND(mp3_text_of("encoder", "Udio"), "Udio");
    FOUND(wav_info_of("ISFT", "ElevenLabs"), "ElevenLabs");
    FOUND(mp4_text_of("encoded_by", "ElevenLabs", false), "ElevenLabs");
    FOUND(mp4_text_of("software", "Suno", false), "Suno");
}

static void test_source_types(void)
{
    static const char *const synthetic[] = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia",
                                            "algorithmicMedia", "compositeSynthetic"};
    static const char *const honest[] = {"digitalCapture", "negativeFilm", "humanEdits",
                                         "algorithmicallyEnhanced", "screenCapture"};
    char text[300];
    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text,
                 "<ext:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/%s</"
                 "ext:DigitalSourceType>",
                 synthetic[i]);
        MARK(jpeg_xmp_of(text), "iptc_source_type", UM_MARK_DECLARES_SYNTHETIC, synthetic[i]);
        snprintf(text, sizeof text,
                 "<ext:DigitalSourceType rdf:resource='http://cv.iptc.org/newscodes/digitalsourcetype/%s'/>",
                 synthetic[i]);
        MARK(png_xmp_of(text), "iptc_source_type", UM_MARK_DECLARES_SYNTHETIC, synthetic[i]);
    }
    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof text,
                 "<ext:DigitalSourceType><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag>"
                 "</ext:DigitalSourceType>",
                 honest[i]);
        MARK(jpeg_xmp_of(text), "iptc_source_type", UM_MARK_PRESENT, honest[i]);
        HONEST(jpeg_xmp_of(text));
    }
}

#define AIGC(label) "{\"Label\":\"" label "\",\"ContentProducer\":\"001191110000\",\"ProduceID\":\"0123\"}"
#define QUOTED(label) "{&quot;Label&quot;:&quot;" label "&quot;}"

static void test_aigc(void)
{
    MARK(png_text_of("AIGC", AIGC("1")), "aigc_label", UM_MARK_DECLARES_SYNTHETIC,
         "1, synthetic; producer 001191110000");
    MARK(png_text_of("AIGC", AIGC("2")), "aigc_label", UM_MARK_PRESENT, "2, possibly synthetic");
    MARK(png_text_of("AIGC", AIGC("3")), "aigc_label", UM_MARK_PRESENT, "3, suspected");
    MARK(png_text_of("AIGC", AIGC("7")), "aigc_label", UM_MARK_BROKEN, "without a label of the standard");
    MARK(jpeg_xmp_of("<T:AIGC>" QUOTED("1") "</T:AIGC>"), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(png_xmp_of("<T:AIGC>" QUOTED("3") "</T:AIGC>"), "aigc_label", UM_MARK_PRESENT, "3");
    MARK(jpeg_exif_of(0x9286, "{\"AIGC\": " AIGC("1") "}"), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(jpeg_exif_of(0x9286, "{\"AIGC\": \"{\\\"Label\\\": \\\"2\\\"}\"}"), "aigc_label", UM_MARK_PRESENT,
         "2");
    MARK(mp4_text_of("AIGC", AIGC("1"), false), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(mp4_text_of("AIGC", AIGC("1"), true), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(mp4_text_of(CMT, "{\"AIGC\": {\"Label\": 1}}", false), "aigc_label", UM_MARK_DECLARES_SYNTHETIC,
         "1");
    MARK(mkv_tag_of("AIGC", AIGC("1"), true), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(mp3_text_of("AIGC", AIGC("1")), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(wav_info_of("AIGC", AIGC("2")), "aigc_label", UM_MARK_PRESENT, "2");
    MARK(riff_of("WAVE", "AIGC", of_text(AIGC("1"))), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
    MARK(flac_text_of("AIGC=" AIGC("1")), "aigc_label", UM_MARK_DECLARES_SYNTHETIC, "1");
}

/* The same words, said by honest people. */
static void test_honest(void)
{
    HONEST(png_text_of("Comment", "{\"title\": \"energy flows\", \"nodes\": [{\"id\": \"coal\"}], \"links\": "
                                  "[{\"source\": \"coal\", \"target\": \"power\", \"value\": 3}]}"));
    HONEST(png_text_of("workflow", "{\"nodes\": [{\"id\": 1, \"type\": \"table\"}], \"links\": [[1, 2]]}"));
    HONEST(
        png_text_of("Comment", "the fields \"class_type\" and \"inputs\" of a prompt, \"nodes\", \"links\""));
    HONEST(png_text_of("prompt", "{\"question\": {\"class_type\": \"quiz\"}}"));
    HONEST(png_text_of("Description", "How we made it. Steps: 20, Sampler: Anna, Job ID: none --v"));
    HONEST(png_text_of("Comment", "Steps: 20, Sampler: Anna Meyer, who took the water samples"));
    HONEST(jpeg_exif_of(0x010E, "Poster that explains Steps: 20, Sampler: Euler a, Seed: 1 to students"));
    HONEST(jpeg_exif_of(0x010E, "Print shop, Job ID: 3c1a5c64-0f1b-4a3e-9b53-aa2dd5b0a7e1"));
    HONEST(jpeg_exif_of(0x010E, "The head of OpenAI at a conference on Midjourney and Stable Diffusion"));
    HONEST(jpeg_exif_of(0x013B, "Pika Suno"));
    HONEST(jpeg_exif_of(0x9286, "In the background: the building of OpenAI"));
    HONEST(jpeg_segment_of(0xFE, of_text("A talk about Stable Diffusion, ComfyUI and ElevenLabs")));
    HONEST(jpeg_xmp_of("<photoshop:Credit>Handout / OpenAI</photoshop:Credit>"));
    HONEST(jpeg_xmp_of("<photoshop:Credit>dpa / Made with Google AI campaign</photoshop:Credit>"));
    HONEST(jpeg_xmp_of("<dc:description>trainedAlgorithmicMedia is a DigitalSourceType</dc:description>"));
    HONEST(
        jpeg_xmp_of("<x1:DigitalSourceType>" TRAINED "</x1:DigitalSourceType>")); /* of another namespace */
    HONEST(jpeg_xmp_of("<x1:AIGC>" QUOTED("1") "</x1:AIGC>"));
    HONEST(jpeg_xmp_of("<!-- <ext:DigitalSourceType>" TRAINED "</ext:DigitalSourceType> -->"));
    HONEST(mp3_text_of(NULL, "how a song is made with suno, explained"));
    HONEST(mp3_text_of("TITLE", "Udio"));
    HONEST(mp4_text_of("com.apple.quicktime.title", "AIGC {\"Label\":\"1\"}", false));
    HONEST(mp4_text_of(CMT, "{\"prompt\": \"say your name\", \"steps\": 3}", false));
    HONEST(wav_info_of("IART", "Sora"));
    HONEST(wav_info_of("IENG", "Roop Udio"));
    HONEST(flac_text_of("comment=this is no unmask synthetic label"));
    HONEST(gif_text_of("Made with GIMP"));
    HONEST(png_text_of("Dream", "a photo of my dream house"));
}

/* The order of boxes is free, an item may lie in 'idat' and in pieces. */
static void test_items(void)
{
    static const char *const orders[] = {"ild", "lid", "dli", "ldi", "idl"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (int pieces = 1; pieces <= 3; pieces += 2)
            for (int in_data = 0; in_data < 2; in_data++) {
                MARK(heif_items(orders[i], pieces, in_data), "exif", UM_MARK_PRESENT,
                     "Software Adobe Firefly");
                MARK(heif_items(orders[i], pieces, in_data), "iptc_source_type", UM_MARK_DECLARES_SYNTHETIC,
                     "trained");
            }
    MARK(heif_items("i", 1, false), "exif", UM_MARK_BROKEN, "the place of an item is not told");
}

/* 'Not looked at' is another answer than 'absent'. */
static void test_not_looked_at(void)
{
    bytes many = start();
    MARK(of_text("some text"), "c2pa", UM_MARK_NOT_LOOKED_AT, "unknown kind of file");
    MARK(
        of_text(
            "FLV\1........................................................................................."),
        "xmp", UM_MARK_NOT_LOOKED_AT, "not read");
    MARK(mp3_text_of(NULL, "x"), "generator", UM_MARK_ABSENT, "");
    bytes old = mp3_text_of(NULL, "x");
    old.data[3] = 2; /* the version of the tag */
    MARK(old, "generator", UM_MARK_NOT_LOOKED_AT, "ID3 tag of version 2.2");
    MARK(jpeg_xmp_of("<not closed"), "xmp", UM_MARK_BROKEN, "");
    MARK(jpeg_xmp_of("<not closed"), "iptc_source_type", UM_MARK_NOT_LOOKED_AT, "the XMP was not read whole");
    LITERAL(&many, "\x89PNG\r\n\x1a\n");
    uint8_t packed[9000], *zeros = calloc(1, 8 << 20);
    uLongf n = sizeof packed;
    CHECK(zeros && compress(packed, &n, zeros, 8 << 20) == Z_OK);
    free(zeros);
    for (int i = 0; i < 20; i++) { /* 160 MB when unpacked */
        bytes part = start();
        LITERAL(&part, "note\0\0");
        um_buf_add(&part, packed, n);
        chunk(&many, "zTXt", part);
    }
    MARK(many, "c2pa", UM_MARK_NOT_LOOKED_AT, "too much to unpack");
    MARK(
        jpeg_xmp_of(
            "<ext:a xmlns:terms='http://purl.org/dc/terms/' terms:provenance='https://example.org/m.c2pa'/>"),
        "c2pa", UM_MARK_NOT_LOOKED_AT, "kept elsewhere: https://example.org/m.c2pa");
}

static void test_hostile_xmp(void)
{
    bytes deep = start(), doctype = start();
    for (int i = 0; i < 100; i++)
        um_buf_text(&deep, "<dc:a>");
    MARK(jpeg_xmp_of(deep.data), "xmp", UM_MARK_BROKEN, "nested too deeply");
    um_buf_free(&deep);
    LITERAL(&doctype, "http://ns.adobe.com/xap/1.0/\0");
    um_buf_text(&doctype, "<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><r>&e;</r>");
    MARK(jpeg_segment_of(0xE1, doctype), "xmp", UM_MARK_BROKEN, "document type");
}

int main(void)
{
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    test_stable_diffusion();
    test_comfy();
    test_services();
    test_source_types();
    test_aigc();
    test_honest();
    test_items();
    test_not_looked_at();
    test_hostile_xmp();
    unlink(path);
    return check_done();
}
