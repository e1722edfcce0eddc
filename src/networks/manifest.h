/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest.h: what a network expects and means, as data (docs/models/manifest.md). */
#ifndef UM_MANIFEST_H
#define UM_MANIFEST_H
#include "base/json.h"
#include "dsp/front.h"
#include "networks/roles.h"

enum { UM_MAX_STRIDES = 6, UM_MAX_SIZES = 6, UM_MAX_MEAN_OF = 4 };

typedef enum um_input_kind {
    UM_INPUT_OTHER, /* what its signal knows of */
    UM_INPUT_PICTURE,
    UM_INPUT_WAVE,  /* samples at 16 kHz */
    UM_INPUT_FRONT, /* what a front end makes of them */
} um_input_kind;

/* Of sound. */
typedef struct um_sound_input {
    int samples; /* that a run takes */
    um_front_spec front;
} um_sound_input;

/* Of a face: a square around it, eyes level (faces/face_input.h). */
typedef struct um_face_input {
    bool of_box;  /* around its box instead of its points */
    float margin; /* side over that of the points (mean of width and height) or of the box (the longer) */
    float around; /* points: such a square is cut first, at most `most` pixels wide; 0: at once */
    int most;
} um_face_input;

typedef struct um_net_input {
    um_input_kind kind;
    um_face_input face; /* margin 0: a whole picture */
    um_sound_input sound;
    int channels;            /* 1 or 3 */
    bool bgr;                /* channel order when 3 */
    bool letterbox;          /* keep the aspect, pad with black; else stretch */
    int width, height;       /* pixels; 0 = any multiple of `multiple` */
    int multiple;            /* 1..256 */
    float mean[3], scale[3]; /* value = (byte - mean) * scale, in the network's channel order */
} um_net_input;

typedef enum um_decoder_type {
    UM_DECODE_ANCHOR_FREE, /* one cell, one box: centre offset and log size in strides, per stride */
    UM_DECODE_PRIORS,      /* SSD: boxes relative to priors, with variances */
    UM_DECODE_CORNERS,     /* x0, y0, x1, y1 as fractions of the input, decoded inside the network */
    UM_DECODE_CELLS,       /* centre offset and size in input pixels, relative to the cell centre */
} um_decoder_type;

typedef struct um_output_name {
    char text[48]; /* "" = absent */
} um_output_name;

typedef struct um_decoder {
    um_decoder_type type;
    bool logistic; /* scores are logits */
    int n_strides, stride[UM_MAX_STRIDES];
    int n_sizes[UM_MAX_STRIDES]; /* priors: sizes per cell; cells: boxes per cell */
    float size[UM_MAX_STRIDES][UM_MAX_SIZES];
    float variance[2];
    int n_points; /* points per face in the output, 0 = none */
    int five[5];  /* which of them are ours */
    float score_min, nms_iou;
    /* anchor-free: one output per stride; else only [0] */
    um_output_name score[UM_MAX_STRIDES], object[UM_MAX_STRIDES], box[UM_MAX_STRIDES], points[UM_MAX_STRIDES];
} um_decoder;

typedef enum um_points_type {
    UM_POINTS_XY,      /* x0, y0, x1, y1, ... */
    UM_POINTS_PLANAR,  /* x0, x1, ..., then y0, y1, ... */
    UM_POINTS_HEATMAP, /* maps, then row offsets, then column offsets as logits */
} um_points_type;

/* Crop for a network that looks at one face: a square around the centre of a box. */
typedef struct um_crop_rule {
    float scale; /* side = scale * mean of width and height */
    float down;  /* centre moves down by this fraction of that mean */
} um_crop_rule;

typedef struct um_landmark_map {
    um_points_type type;
    um_output_name output;
    int n_points;                             /* in the output */
    float add, multiply;                      /* crop pixel = (value + add) * multiply */
    float offset_scale;                       /* heat map: cells per logit of offset */
    uint8_t n_of[68], of[68][UM_MAX_MEAN_OF]; /* iBUG point i = mean of these outputs */
    um_crop_rule from_box, from_points;       /* of a detector's box; of the tight box of 68 points */
    um_output_name extra;                     /* more numbers of the face, "" = none */
    int face, opening; /* among them: "this is a face" (logit), the first of two eyes */
    int trust;         /* "its points are right" (logit); -1: not stated */
} um_landmark_map;

typedef enum um_answer_type {
    UM_ANSWER_LOGIT,
    UM_ANSWER_PROBABILITY,
    UM_ANSWER_LOGITS, /* one per class */
} um_answer_type;

/* How to read "generated or manipulated?". */
typedef struct um_answer {
    um_answer_type type;
    um_output_name output;
    bool of_real;       /* logit, probability: of being real */
    int fake, real;     /* values of the output; `real` of logits only */
    um_output_name map; /* where, as logits of cells, "" = not stated */
} um_answer;

typedef struct um_manifest {
    um_role role;
    char role_name[UM_ROLE_NAME];
    char name[64], model[160], sha256[65]; /* model: path relative to the manifest; sha256 "" = any */
    int priority;                          /* the highest wins */
    um_net_input input;
    um_decoder decoder;        /* detectors */
    um_landmark_map landmarks; /* landmark networks */
    um_answer answer;          /* of those that tell generated from recorded */
    um_output_name output;     /* embeddings; of other roles perhaps "" */
} um_manifest;

/* `where` names the manifest in errors. UM_EFORMAT when it is not one, or out of range anywhere. */
um_status um_manifest_parse(um_manifest *out, const um_json *json, const char *where, um_error *err);
/* True for JSON that claims to be a manifest: other JSON in a models folder is left alone. */
bool um_manifest_is(const um_json *json);
#endif
