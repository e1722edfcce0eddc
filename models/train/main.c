/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-models: trains the project's face networks (`make models`). Not installed. */
#include "base/base.h"
#include "compare.h"
#include "contact_sheet.h"
#include "networks/store.h"
#include "opt.h"
#include "render.h"
#include "tasks.h"
#include "teacher.h"
#include "training_run.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

typedef struct options {
    const char *what, *data, *teachers, *arch, *start, *work, *out, *leave_out, *media;
    double large, signs, pages, video, clean, poor;
    int64_t seed;
    int renders;
    sample_mix mix;
    um_train_options train;
} options;

static options chosen = {.seed = 1}; /* targets of the table below */

static const um_opt table[] = {
    {"data", UM_OPT_TEXT, "DIR", "faces of the test data (helen_afw68, ...)", &chosen.data},
    {"teachers", UM_OPT_TEXT, "DIR", "foreign networks that label what nobody annotated", &chosen.teachers},
    {"media", UM_OPT_TEXT, "DIR", "training media, labelled by the teachers", &chosen.media},
    {"arch", UM_OPT_INPUT, "FILE", "text of the network", &chosen.arch},
    {"start", UM_OPT_INPUT, "FILE", "ONNX file to go on from, instead of --arch", &chosen.start},
    {"work", UM_OPT_FOLDER, "DIR", "labels, checkpoint, log and curves", &chosen.work},
    {"out", UM_OPT_OUTPUT, "FILE", "the trained network (ONNX); for sheet: a picture", &chosen.out},
    {"renders", UM_OPT_INT, "N", "own rendered faces among the others (0)", &chosen.renders, 0, 20000},
    {"large", UM_OPT_NUM, "SHARE", "of the detector's faces, as large as in portraits (0)", &chosen.large, 0,
     1},
    {"signs", UM_OPT_NUM, "SHARE",
     "of parts without a face, or beside one, under a logo, sign or caption (0)", &chosen.signs, 0, 1},
    {"pages", UM_OPT_NUM, "SHARE", "of the detector's parts, that are printed pages (0)", &chosen.pages, 0,
     1},
    {"video", UM_OPT_NUM, "SHARE", "of the pictures, through H.264 or MPEG-4 (0)", &chosen.video, 0, 1},
    {"clean", UM_OPT_NUM, "SHARE", "of the pictures, that are not spoiled (0)", &chosen.clean, 0, 1},
    {"poor", UM_OPT_NUM, "SHARE", "of the pictures: low light, prints, old photographs (0)", &chosen.poor, 0,
     1},
    {"leave-out", UM_OPT_TEXT, "SETS",
     "comma-separated sets to validate with, instead of every twelfth photo", &chosen.leave_out},
    {"steps", UM_OPT_BIG, "N", "steps of the optimizer", &chosen.train.steps, 1, 1e9},
    {"batch", UM_OPT_INT, "N", "samples a step", &chosen.train.batch, 1, 4096},
    {"shards", UM_OPT_INT, "N", "parts of a batch that are normalized by themselves", &chosen.train.shards, 1,
     256},
    {"threads", UM_OPT_INT, "N", "threads (all cores)", &chosen.train.threads, 1, 256},
    {"seconds", UM_OPT_NUM, "S", "stop after so long", &chosen.train.max_seconds, 0, 1e9},
    {"rate", UM_OPT_NUM, "R", "highest learning rate", &chosen.train.rate, 0, 10},
    {"seed", UM_OPT_BIG, "N", "of weights, samples and renders", &chosen.seed, 0, 1e15},
    {"resume", UM_OPT_FLAG, NULL, "go on where the checkpoint of --work is", &chosen.train.resume},
    {0},
};

static const um_command command = {
    .name = "unmask-models",
    .arguments = "landmarks|detector|sheet|compare [NETWORK...]",
    .summary = "Train the project's face networks, show what they are trained on, compare them with others",
    .details = "landmarks, detector: trains one. sheet: two contact sheets of samples. compare: recall, "
               "false alarms\n"
               "and landmark errors beside foreign networks.",
    .examples = "  unmask-models landmarks --data ../shared/data/faces --teachers ../shared/models \\\n"
                "      --arch models/arch/landmarks.net --work build/models --out models/landmarks.onnx",
    .options = table,
    .min_args = 1,
    .max_args = 32,
};

/* What each task cannot do without. */
static bool is_complete(const options *o)
{
    const bool compare = !strcmp(o->what, "compare"), sheet = !strcmp(o->what, "sheet"),
               detector = !strcmp(o->what, "detector"), landmarks = !strcmp(o->what, "landmarks");
    if (!(compare || sheet || detector || landmarks) || !o->data)
        return false;
    if (compare)
        return o->teachers != NULL;
    return o->out && (landmarks || o->teachers) && (sheet || ((o->arch || o->start) && o->work));
}

static um_status train(options *o, const photos *p, um_error *err)
{
    landmark_task lm = {0};
    detector_task det;
    um_train_result result = {0};
    const um_train_task *task = &det.task;
    um_comm *comm = NULL;
    um_status st = UM_OK;
    if (!strcmp(o->what, "landmarks")) {
        st = landmark_task_new(&lm, p, &o->mix, o->train.threads, err);
        task = &lm.task;
    } else {
        detector_task_init(&det, p, &o->mix, o->train.threads);
    }
    if (st == UM_OK && (st = um_comm_open(&comm, err)) == UM_OK) {
        o->train.comm = comm;
        const training_run run = {.graph = o->start ? o->start : o->arch,
                                  .folder = o->work,
                                  .name = o->what,
                                  .out = o->out,
                                  .made_by = "unmask-models (make models)",
                                  .options = o->train};
        st = training_run_go(&result, &run, task, err);
    }
    um_comm_close(&comm);
    landmark_task_free(&lm);
    return st;
}

static um_status make_sheets(const options *o, const photos *p, um_error *err)
{
    landmark_set set;
    char path[512];
    um_status st = landmark_set_new(&set, p, false, err);
    snprintf(path, sizeof path, "%s-landmarks.png", o->out);
    if (st == UM_OK)
        st = sheet_landmarks(&set, &o->mix, path, err);
    snprintf(path, sizeof path, "%s-detector.png", o->out);
    if (st == UM_OK)
        st = sheet_detector(p, &o->mix, path, err);
    landmark_set_free(&set);
    return st;
}

/* The photos that nothing was trained on; or sets of the training photos that were left out. */
static um_status gather_unseen(photos *p, const options *o, um_error *err)
{
    um_status st = o->leave_out ? photos_read(p, o->data, err) : photos_read_test(p, o->data, err);
    if (st == UM_OK)
        st = photos_read_empty(p, o->data, false, err);
    if (st < 0 || !o->leave_out || (st = photos_leave_out(p, o->leave_out, err)) < 0)
        return st;
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        if (p->photo[i].validation || p->photo[i].source == PHOTO_EMPTY) {
            p->photo[n++] = p->photo[i];
        } else {
            um_image_free(&p->photo[i].rgb);
            free(p->photo[i].faces);
        }
    }
    p->n = n;
    return UM_OK;
}

/* `names`: networks to compare instead of the usual ones, detectors or landmark networks. */
static um_status compare(const options *o, const char *const *names, int n, um_error *err)
{
    static const char *const usual[] = {
        "unmask_detector",       "yunet_n_640",        "yunet_2023mar_640", "retinaface_mnet025_640",
        "blazeface_short_range", "ultralight_rfb_320", "unmask_landmarks",  "peppa_slim68_160",
        "tddfa_v2_mb05_lm68",    "osf_lm66_224"};
    compared c = {0};
    um_network_store *networks = NULL;
    photos p = {0};
    if (!n) {
        names = usual;
        n = sizeof usual / sizeof *usual;
    }
    um_status st = um_network_store_new(&networks, o->teachers, NULL, err);
    for (int i = 0; i < n && i < MOST_COMPARED && st == UM_OK; i++) {
        um_net *net;
        if ((st = um_network_store_named(&net, networks, names[i], err)) == UM_OK) {
            bool landmarks = !strcmp(net->man.role_name, um_role_name(UM_ROLE_LANDMARKS));
            *(landmarks ? &c.landmarks[c.n_landmarks++] : &c.detector[c.n_detectors++]) = names[i];
        }
    }
    um_network_store_free(&networks);
    if (st == UM_OK && c.n_detectors && (st = gather_unseen(&p, o, err)) == UM_OK)
        st = compare_detectors(&p, o->data, o->teachers, &c, o->leave_out != NULL, err);
    photos_free(&p);
    if (o->leave_out) /* no set with points is apart from the test rows */
        return st;
    return st == UM_OK && c.n_landmarks ? compare_landmarks(o->data, o->teachers, &c, err) : st;
}

/* Boxes for all, and points for the landmarks. */
static um_status ask_teachers(photos *p, const options *o, um_error *err)
{
    const char *work = o->work ? o->work : ".";
    char cache[512];
    teacher_counts faces;
    teacher_points_counts points;
    um_status st;
    snprintf(cache, sizeof cache, "%s/teachers.tsv", work);
    if ((st = teach_faces(p, o->teachers, cache, &faces, err)) < 0)
        return st;
    fprintf(stderr, "%d photos: %d annotated faces confirmed, %d not seen; %d more believed, %d doubted\n",
            p->n, faces.confirmed, faces.alone, faces.believed, faces.doubted);
    if (strcmp(o->what, "landmarks") != 0)
        return UM_OK;
    snprintf(cache, sizeof cache, "%s/points.tsv", work);
    if ((st = teach_points(p, o->teachers, cache, &points, err)) < 0)
        return st;
    fprintf(stderr, "landmarks by teachers: %d of %d faces, %.0f %% of their points", points.labelled,
            points.asked, 100 * points.points);
    if (points.measured)
        fprintf(stderr, "; %.2f %% of the eye distance from hand-set ones on %d faces", points.error,
                points.measured);
    fprintf(stderr, "\n");
    return UM_OK;
}

/* Annotated photos; with teachers also what they label; and rendered faces. */
static um_status gather(photos *p, const options *o, um_error *err)
{
    um_status st = photos_read(p, o->data, err);
    if (st == UM_OK && o->teachers)
        st = photos_read_unlabelled(p, o->data, err);
    if (st == UM_OK && o->teachers && o->media)
        st = photos_read_media(p, o->media, err);
    if (st == UM_OK)
        st = photos_read_empty(p, o->data, true, err); /* some do show people: the teachers say where */
    if (st == UM_OK && o->teachers)
        st = ask_teachers(p, o, err);
    if (st == UM_OK && o->leave_out)
        st = photos_leave_out(p, o->leave_out, err);
    if (st == UM_OK && o->renders > 0) {
        double start = um_now_s();
        st = photos_render(p, o->renders, o->train.seed, um_cores(), err);
        fprintf(stderr, "%d rendered faces in %.0f s\n", o->renders, um_now_s() - start);
    }
    photos_group(p);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    options *o = &chosen;
    photos p;
    o->train = um_train_defaults();
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return um_opt_status(n);
    o->what = argv[1];
    o->mix = (sample_mix){.large = (float)o->large,
                          .signs = (float)o->signs,
                          .pages = (float)o->pages,
                          .video = (float)o->video,
                          .clean = (float)o->clean,
                          .poor = (float)o->poor};
    o->train.seed = (uint64_t)o->seed;
    if (!is_complete(o)) {
        fprintf(stderr, "unmask-models: %s: not a task, or an option it needs is missing (see --help)\n",
                o->what);
        return UM_EXIT_USAGE;
    }
    um_status st = UM_OK;
    if (!strcmp(o->what, "compare")) {
        st = compare(o, (const char *const *)argv + 2, n - 1, &err);
    } else {
        if ((st = gather(&p, o, &err)) == UM_OK)
            st = !strcmp(o->what, "sheet") ? make_sheets(o, &p, &err) : train(o, &p, &err);
        photos_free(&p);
    }
    if (st < 0)
        fprintf(stderr, "unmask-models: %s\n", err.text);
    return um_exit_status(st);
}
