/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that listen, and how their answers are read: networks whose answer is set by hand. */
#include "base/json.h"
#include "made_net.h"
#include "networks/net.h"
#include <math.h>

enum { SAMPLES = 31 * 160 + 400 };
static float sound[SAMPLES];

/* {"type": ...} of an answer; its two values are a and b. */
static um_status ask(double *logit, const char *answer, float a, float b)
{
    static const char text[] = "unmask-network 1 two\n"
                               "sound = input 2 256 32\n"
                               "mean = gap sound\n"
                               "answer = linear mean 2\n"
                               "output answer\n";
    char manifest[600];
    um_json *json = NULL;
    um_manifest man;
    um_graph *g = NULL;
    um_lease *lease = NULL;
    um_error err = {0};
    snprintf(manifest, sizeof manifest,
             "{\"unmask_manifest\": 1, \"role\": \"voice_generated\", \"name\": \"two\", \"model\": \"m\", "
             "\"input\": {\"sound\": \"log_power\", \"frames\": 32, \"bins\": 256}, \"answer\": %s}",
             answer);
    CHECK(um_json_parse(&json, manifest, strlen(manifest), "m", &err) == UM_OK);
    um_status st = um_manifest_parse(&man, json, "m", &err);
    um_json_free(&json);
    if (st < 0)
        return st;
    CHECK(man.input.kind == UM_INPUT_FRONT && man.input.sound.samples == SAMPLES);
    CHECK(um_arch_read(&g, text, "two", 1, &err) == UM_OK);
    made_values(g, "answer.weight");
    float *bias = made_values(g, "answer.bias");
    bias[0] = a;
    bias[1] = b;
    um_net *net = made_net(g, &man);
    CHECK(um_net_lease(&lease, net, &err) == UM_OK);
    for (int i = 0; i < 2; i++) { /* a lease is used again */
        CHECK(um_net_hear(lease, sound, &err) == UM_OK);
        st = um_net_answer(logit, lease, &err);
    }
    CHECK(st == UM_OK || (st == UM_EFORMAT && strstr(err.text, "two")));
    um_net_return(&lease);
    um_net_free(&net);
    return st;
}

static void answers(void)
{
    double v = 0;
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\"}", 2.5f, 7) == UM_OK && v == 2.5);
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\", \"index\": 1, \"of\": \"real\"}", 2, 7) ==
              UM_OK &&
          v == -7);
    CHECK(ask(&v, "{\"type\": \"logits\", \"output\": \"answer\", \"fake\": 0, \"real\": 1}", 2, 7) ==
              UM_OK &&
          v == -5);
    CHECK(ask(&v, "{\"type\": \"logits\", \"output\": \"answer\", \"fake\": 1, \"real\": 0}", 2, 7) ==
              UM_OK &&
          v == 5);
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\"}", .75f, 0) == UM_OK);
    CHECK_NEAR(v, log(3), 1e-7);
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\", \"of\": \"real\"}", .75f, 0) == UM_OK);
    CHECK_NEAR(v, -log(3), 1e-7);
    /* never surer than this */
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\"}", 0, 0) == UM_OK && v == -UM_NET_SURE);
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\"}", 1, 0) == UM_OK && v == UM_NET_SURE);
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\"}", 1e30f, 0) == UM_OK && v == UM_NET_SURE);
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\"}", INFINITY, 0) == UM_OK && v == UM_NET_SURE);
    /* no answers */
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\"}", NAN, 0) == UM_EFORMAT);
    CHECK(ask(&v, "{\"type\": \"logits\", \"output\": \"answer\", \"fake\": 0, \"real\": 1}", INFINITY,
              INFINITY) == UM_EFORMAT);
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\"}", 1.01f, 0) == UM_EFORMAT);
    CHECK(ask(&v, "{\"type\": \"probability\", \"output\": \"answer\"}", -.01f, 0) == UM_EFORMAT);
    CHECK(ask(&v, "{\"type\": \"logit\", \"output\": \"answer\", \"index\": 2}", 1, 0) == UM_EFORMAT);
    CHECK(ask(&v, "{\"type\": \"logits\", \"output\": \"answer\", \"fake\": 0, \"real\": 2}", 1, 0) ==
          UM_EFORMAT);
}

static um_status parse(const char *role, const char *rest)
{
    char text[600];
    um_json *json = NULL;
    um_manifest man;
    um_error err = {0};
    snprintf(text, sizeof text,
             "{\"unmask_manifest\": 1, \"role\": \"%s\", \"name\": \"n\", \"model\": \"m\", %s}", role, rest);
    CHECK(um_json_parse(&json, text, strlen(text), "m", &err) == UM_OK);
    um_status st = um_manifest_parse(&man, json, "m.json", &err);
    CHECK(st == UM_OK || (st == UM_EFORMAT && strstr(err.text, "m.json")));
    um_json_free(&json);
    return st;
}

#define ANSWER "\"answer\": {\"type\": \"logit\", \"output\": \"o\"}"

static void manifests(void)
{
    static const char wave[] = "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, ";
    static const char *const wrong[] = {
        "\"input\": {\"sound\": \"wave\"}, " ANSWER,
        "\"input\": {\"sound\": \"wave\", \"samples\": 1e9}, " ANSWER,
        "\"input\": {\"sound\": \"smell\", \"samples\": 64600}, " ANSWER,
        "\"input\": {\"sound\": \"log_power\", \"frames\": 224}, " ANSWER,
        "\"input\": {\"sound\": \"log_power\", \"frames\": 224, \"bins\": 199}, " ANSWER,  /* 400 > 398 */
        "\"input\": {\"sound\": \"log_power\", \"frames\": 4096, \"bins\": 256}, " ANSWER, /* 41 s */
        "\"input\": {\"sound\": \"lfcc\", \"frames\": 224, \"bins\": 256}, " ANSWER,       /* not its field */
        "\"input\": {\"sound\": \"cqcc\", \"frames\": 7}, " ANSWER,
        "\"input\": {\"width\": 64, \"height\": 64}, " ANSWER,
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}",
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, \"answer\": {\"type\": \"logit\"}",
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, \"answer\": {\"type\": \"taste\", \"output\": "
        "\"o\"}",
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, \"answer\": {\"type\": \"logits\", "
        "\"output\": \"o\", \"fake\": 0}",
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, \"answer\": {\"type\": \"logit\", \"output\": "
        "\"o\", \"index\": -1}",
        "\"input\": {\"sound\": \"wave\", \"samples\": 64600}, \"answer\": {\"type\": \"logit\", \"output\": "
        "\"o\", \"of\": \"cats\"}",
    };
    char good[300];
    snprintf(good, sizeof good, "%s%s", wave, ANSWER);
    CHECK(parse("voice_generated", good) == UM_OK);
    CHECK(parse("face_manipulated", good) == UM_EFORMAT && parse("face_detector", good) == UM_EFORMAT);
    CHECK(parse("something_else", good) == UM_OK);
    CHECK(parse("voice_generated",
                "\"input\": {\"sound\": \"log_power\", \"frames\": 224, \"bins\": 200}, " ANSWER) == UM_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(parse("voice_generated", wrong[i]) == UM_EFORMAT);
}

/* The network and the manifest disagree. */
static void disagree(void)
{
    static const char text[] = "unmask-network 1 two\nsound = input 2 256 32\nmean = gap sound\n"
                               "answer = linear mean 2\noutput answer\n";
    um_manifest man = {.name = "two", .input = {.kind = UM_INPUT_FRONT, .sound = {.samples = SAMPLES}}};
    um_net *net = NULL;
    um_error err = {0};
    man.input.sound.front = um_front_usual(UM_FRONT_LOG_POWER);
    man.input.sound.front.frames = 32;
    CHECK(um_net_open_memory(&net, &man, text, sizeof text - 1, NULL, &err) == UM_OK && net);
    um_net_free(&net);
    man.input.sound.front.padded = 256;
    CHECK(um_net_open_memory(&net, &man, text, sizeof text - 1, NULL, &err) == UM_EFORMAT && !net);
    man.input.sound = (um_sound_input){.samples = SAMPLES};
    man.input.kind = UM_INPUT_WAVE;
    CHECK(um_net_open_memory(&net, &man, text, sizeof text - 1, NULL, &err) == UM_EFORMAT && !net);
    man.input.kind = UM_INPUT_OTHER;
    snprintf(man.answer.output.text, sizeof man.answer.output.text, "question");
    CHECK(um_net_open_memory(&net, &man, text, sizeof text - 1, NULL, &err) == UM_EFORMAT && !net &&
          strstr(err.text, "question"));
}

/* The table a x b that a network with such an input hears, of one plane or without that dimension; false when
 * the manifest does not fit. */
static bool heard_as(float *table, const char *input, int rank, int a, int b)
{
    char text[200], manifest[400];
    um_json *json = NULL;
    um_manifest man;
    um_graph *g = NULL;
    um_lease *lease = NULL;
    um_net *net = NULL;
    um_error err = {0};
    void *bytes = NULL;
    size_t n = 0;
    snprintf(text, sizeof text,
             "unmask-network 1 one\nsound = input 1 %d %d\nmean = gap sound\nanswer = linear mean 1\n"
             "output answer\n",
             a, b);
    snprintf(manifest, sizeof manifest,
             "{\"unmask_manifest\": 1, \"role\": \"voice_generated\", \"name\": \"one\", \"model\": \"m\", "
             "\"input\": {%s}, \"answer\": {\"type\": \"logit\", \"output\": \"answer\"}}",
             input);
    CHECK(um_json_parse(&json, manifest, strlen(manifest), "m", &err) == UM_OK);
    CHECK(um_manifest_parse(&man, json, "m", &err) == UM_OK && man.input.kind == UM_INPUT_FRONT);
    um_json_free(&json);
    CHECK(um_arch_read(&g, text, "one", 1, &err) == UM_OK);
    um_value_info *in = &g->input_info[0];
    if (rank == 3) {
        in->rank = 3;
        in->dim[1] = in->dim[2];
        in->dim[2] = in->dim[3];
    }
    CHECK(um_graph_write(&bytes, &n, g, NULL, 0, &err) == UM_OK);
    um_graph_free(&g);
    const um_status st = um_net_open_memory(&net, &man, bytes, n, NULL, &err);
    CHECK(st == UM_OK || (st == UM_EFORMAT && strstr(err.text, "as its one input")));
    if (net) {
        CHECK(um_net_lease(&lease, net, &err) == UM_OK);
        um_net_hear(lease, sound, &err); /* its mean is of no use without planes */
        CHECK(lease->in && lease->in->rank == rank && lease->in->dim[rank - 2] == a &&
              lease->in->dim[rank - 1] == b);
        memcpy(table, lease->in->data, sizeof *table * (size_t)a * (size_t)b);
        um_net_return(&lease);
    }
    um_net_free(&net);
    free(bytes);
    return st == UM_OK;
}

/* Tables of cepstra reach the network as the manifest says, also without the dimension of planes. */
static void fronts(void)
{
    enum { FRAMES = 12, ROWS = 20 };
    static const char lfcc[] = "\"sound\": \"lfcc\", \"frames\": 12, \"deltas\": 0, \"level\": \"mean\"";
    char turned[200];
    float table[FRAMES * ROWS], seen[(FRAMES + 1) * ROWS];
    um_front *f;
    um_front_spec s = um_front_usual(UM_FRONT_LFCC);
    s.frames = FRAMES;
    s.deltas = 0;
    s.level = UM_LEVEL_MEAN;
    CHECK(um_front_new(&f, &s, NULL) == UM_OK && um_front_samples(&s) <= SAMPLES);
    um_front_hear(f, table, sound);
    um_front_free(&f);
    snprintf(turned, sizeof turned, "%s, \"frames_first\": true", lfcc);
    for (int rank = 3; rank <= 4; rank++) {
        CHECK(heard_as(seen, lfcc, rank, ROWS, FRAMES) && !memcmp(seen, table, sizeof table));
        CHECK(heard_as(seen, turned, rank, FRAMES, ROWS));
        for (int i = 0; i < FRAMES * ROWS; i++)
            CHECK(seen[i] == table[i % ROWS * FRAMES + i / ROWS]);
        CHECK(!heard_as(seen, turned, rank, ROWS, FRAMES) && !heard_as(seen, lfcc, rank, ROWS, FRAMES + 1) &&
              !heard_as(seen, lfcc, rank, ROWS - 1, FRAMES));
    }
}

int main(void)
{
    for (int i = 0; i < SAMPLES; i++)
        sound[i] = (float)sin(i * i * .001);
    answers();
    manifests();
    disagree();
    fronts();
    return check_done();
}
