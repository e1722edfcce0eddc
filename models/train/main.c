/* unmask-models: trains the project's face networks (`make models`). Not installed. */
#include "base/base.h"
#include "compare.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "render.h"
#include "sheet.h"
#include "tasks.h"
#include "teacher.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: unmask-models landmarks|detector|sheet|compare [options]\n"
    "  --data DIR      faces of the test data (helen_afw68, ...)\n"
    "  --teachers DIR  foreign networks that label what nobody annotated\n"
    "  --arch FILE     text of the network\n"
    "  --renders N     own rendered faces among the others (0)\n"
    "  --large SHARE   of the detector's faces, as large as in portraits (0)\n"
    "  --signs SHARE   of the detector's parts of pictures, under a logo, sign or caption; of the crops that "
    "show\n"
    "                  the landmark network no face, with one (0)\n"
    "  --video SHARE   of the pictures, through H.264 or MPEG-4 (0)\n"
    "  --start FILE    ONNX file to go on from, instead of --arch\n"
    "  --work DIR      labels, checkpoint, log and curves\n"
    "  --out FILE      the trained network (ONNX); for sheet: a picture\n"
    "  --steps N  --batch N  --shards N  --threads N  --seconds S  --rate R  --seed N  --resume\n"
    "Example: unmask-models landmarks --data ../shared/data/faces --teachers ../shared/models\n"
    "           --arch models/arch/landmarks.net --work build/models --out models/landmarks.onnx\n"
    "Exit status: 0 trained, 2 usage, 3 a file cannot be read, 5 anything else.\n";

typedef struct options {
    const char *what, *data, *teachers, *arch, *start, *work, *out;
    int renders;
    sample_mix mix;
    um_train_options train;
} options;

static float share(const char *text)
{
    return fminf(fmaxf(strtof(text, NULL), 0), 1);
}

static bool parse(options *o, int argc, char **argv)
{
    enum {
        DATA = 1000,
        TEACHERS,
        ARCH,
        START,
        WORK,
        OUT,
        STEPS,
        BATCH,
        SHARDS,
        THREADS,
        SECONDS,
        RATE,
        SEED,
        RESUME,
        RENDERS,
        LARGE,
        SIGNS,
        VIDEO
    };
    static const struct option known[] = {{"data", 1, NULL, DATA},
                                          {"teachers", 1, NULL, TEACHERS},
                                          {"arch", 1, NULL, ARCH},
                                          {"start", 1, NULL, START},
                                          {"work", 1, NULL, WORK},
                                          {"out", 1, NULL, OUT},
                                          {"steps", 1, NULL, STEPS},
                                          {"batch", 1, NULL, BATCH},
                                          {"shards", 1, NULL, SHARDS},
                                          {"threads", 1, NULL, THREADS},
                                          {"seconds", 1, NULL, SECONDS},
                                          {"rate", 1, NULL, RATE},
                                          {"seed", 1, NULL, SEED},
                                          {"resume", 0, NULL, RESUME},
                                          {"renders", 1, NULL, RENDERS},
                                          {"large", 1, NULL, LARGE},
                                          {"signs", 1, NULL, SIGNS},
                                          {"video", 1, NULL, VIDEO},
                                          {0}};
    int c;
    *o = (options){.train = um_train_defaults()};
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
        switch (c) {
        case DATA:
            o->data = optarg;
            break;
        case TEACHERS:
            o->teachers = optarg;
            break;
        case ARCH:
            o->arch = optarg;
            break;
        case START:
            o->start = optarg;
            break;
        case WORK:
            o->work = optarg;
            break;
        case OUT:
            o->out = optarg;
            break;
        case STEPS:
            o->train.steps = atoll(optarg);
            break;
        case BATCH:
            o->train.batch = atoi(optarg);
            break;
        case SHARDS:
            o->train.shards = atoi(optarg);
            break;
        case THREADS:
            o->train.threads = atoi(optarg);
            break;
        case SECONDS:
            o->train.max_seconds = atof(optarg);
            break;
        case RATE:
            o->train.rate = atof(optarg);
            break;
        case SEED:
            o->train.seed = strtoull(optarg, NULL, 10);
            break;
        case RESUME:
            o->train.resume = true;
            break;
        case RENDERS:
            o->renders = um_clampi(atoi(optarg), 0, 20000);
            break;
        case LARGE:
            o->mix.large = share(optarg);
            break;
        case SIGNS:
            o->mix.signs = share(optarg);
            break;
        case VIDEO:
            o->mix.video = share(optarg);
            break;
        default:
            return false;
        }
    o->what = optind < argc ? argv[optind] : "";
    if (!strcmp(o->what, "compare"))
        return o->data && o->teachers && optind + 1 == argc;
    bool sheet = !strcmp(o->what, "sheet"), detector = !strcmp(o->what, "detector");
    return (sheet || detector || !strcmp(o->what, "landmarks")) && o->data && o->out && optind + 1 == argc &&
           (!(sheet || detector) || o->teachers) && (sheet || ((o->arch || o->start) && o->work));
}

static um_status read_graph(um_graph **out, const options *o, um_error *err)
{
    char *bytes;
    size_t n;
    const char *path = o->start ? o->start : o->arch;
    um_status st = um_file_read(&bytes, &n, path, (size_t)1 << 28, err);
    if (st < 0)
        return st;
    st = o->start ? um_graph_read(out, bytes, n, path, err)
                  : um_arch_read(out, bytes, path, o->train.seed, err);
    free(bytes);
    return st;
}

static um_status write_graph(const um_graph *g, const options *o, const um_train_result *r, um_error *err)
{
    void *bytes;
    size_t n;
    char metric[64], steps[64];
    snprintf(metric, sizeof metric, "%.5f", r->best);
    snprintf(steps, sizeof steps, "%lld", (long long)r->best_step);
    const char *const notes[][2] = {{"licence", "GPL-3.0-or-later"},
                                    {"made_by", "unmask-models (make models)"},
                                    {"validation", metric},
                                    {"steps", steps}};
    um_status st = um_graph_write(&bytes, &n, g, notes, 4, err);
    if (st < 0)
        return st;
    st = um_file_write(o->out, bytes, n, err);
    free(bytes);
    return st;
}

static bool progress(void *user, const um_train_progress *p)
{
    int64_t *next = user;
    if (p->step >= *next) {
        char best[32] = ""; /* before the first validation */
        if (isfinite(p->best))
            snprintf(best, sizeof best, "  best %.4f", p->best);
        fprintf(stderr, "step %lld of %lld  loss %.4f%s  %.0f samples/s  busy %.0f %%  %.0f s  ETA %.0f s\n",
                (long long)p->step, (long long)p->steps, p->loss, best, p->samples_per_s,
                100 * p->utilisation, p->seconds, p->eta_s);
        *next = p->step + 100;
    }
    return true;
}

static um_status train(options *o, const photos *p, um_error *err)
{
    um_graph *g = NULL;
    landmark_task lm = {0};
    detector_task det;
    um_train_result result = {0};
    const um_train_task *task = &det.task;
    char checkpoint[512], log[512], curves[512];
    int64_t next = 0;
    um_status st = read_graph(&g, o, err);
    if (st < 0)
        return st;
    snprintf(checkpoint, sizeof checkpoint, "%s/%s.checkpoint", o->work, o->what);
    snprintf(log, sizeof log, "%s/%s.jsonl", o->work, o->what);
    snprintf(curves, sizeof curves, "%s/%s.html", o->work, o->what);
    o->train.checkpoint = checkpoint;
    o->train.log = log;
    o->train.curves = curves;
    o->train.progress = progress;
    o->train.progress_user = &next;
    if (!strcmp(o->what, "landmarks")) {
        st = landmark_task_new(&lm, p, &o->mix, o->train.threads, err);
        task = &lm.task;
    } else {
        detector_task_init(&det, p, &o->mix, o->train.threads);
    }
    um_comm *comm = NULL;
    if (st == UM_OK && (st = um_comm_open(&comm, err)) == UM_OK) {
        o->train.comm = comm;
        st = um_train(g, task, &o->train, &result, err);
    }
    bool first = comm && comm->rank == 0; /* of the processes that mpirun started */
    um_comm_close(&comm);
    if (st == UM_OK && first)
        st = write_graph(g, o, &result, err);
    if (st == UM_OK && first)
        fprintf(stderr, "%s: %s %.4f at step %lld of %lld, %.0f s, %.0f samples/s, busy %.0f %%\n", o->out,
                task->metric[0], result.best, (long long)result.best_step, (long long)result.steps,
                result.seconds, result.samples_per_s, 100 * result.utilisation);
    landmark_task_free(&lm);
    um_graph_free(&g);
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

static um_status compare(const options *o, um_error *err)
{
    static const char *const detectors[] = {"unmask_detector", "yunet_n_640", "yunet_2023mar_640",
                                            "blazeface_short_range", "ultralight_rfb_320"},
                             *const landmarks[] = {"unmask_landmarks", "peppa_slim68_160",
                                                   "tddfa_v2_mb05_lm68", "osf_lm66_224"};
    um_status st = compare_detectors(o->data, o->teachers, detectors, 5, err);
    return st < 0 ? st : compare_landmarks(o->data, o->teachers, landmarks, 4, err);
}

/* Annotated photos; with teachers also what they label; and rendered faces. */
static um_status gather(photos *p, const options *o, um_error *err)
{
    char cache[512];
    const char *work = o->work ? o->work : ".";
    um_status st = photos_read(p, o->data, err);
    if (st == UM_OK && o->teachers)
        st = photos_read_unlabelled(p, o->data, err);
    if (st == UM_OK)
        st = photos_read_empty(p, o->data, err); /* some do show people: the teachers say where */
    if (st == UM_OK && o->teachers) {
        teacher_counts faces;
        teacher_points_counts points;
        snprintf(cache, sizeof cache, "%s/teachers.tsv", work);
        if ((st = teach_faces(p, o->teachers, cache, &faces, err)) < 0)
            return st;
        fprintf(stderr,
                "%d photos: %d annotated faces confirmed, %d not seen; %d more believed, %d doubted\n", p->n,
                faces.confirmed, faces.alone, faces.believed, faces.doubted);
        snprintf(cache, sizeof cache, "%s/points.tsv", work);
        if ((st = teach_points(p, o->teachers, cache, &points, err)) < 0)
            return st;
        fprintf(stderr, "landmarks by teachers: %d of %d faces, %.0f %% of their points", points.labelled,
                points.asked, 100 * points.points);
        if (points.measured)
            fprintf(stderr, "; %.2f %% of the eye distance from hand-set ones on %d faces", points.error,
                    points.measured);
        fprintf(stderr, "\n");
    }
    if (st == UM_OK && o->renders > 0) {
        double start = um_now_s();
        st = photos_render(p, o->renders, o->train.seed, um_cores(), err);
        fprintf(stderr, "%d rendered faces in %.0f s\n", o->renders, um_now_s() - start);
    }
    return st;
}

static int status_of(um_status st, const um_error *err)
{
    if (st < 0)
        fprintf(stderr, "unmask-models: %s\n", err->text);
    return st == UM_OK ? 0 : st == UM_EIO || st == UM_EFORMAT ? 3 : 5;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    options o;
    photos p;
    if (!parse(&o, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!strcmp(o.what, "compare"))
        return status_of(compare(&o, &err), &err);
    um_status st = gather(&p, &o, &err);
    if (st == UM_OK)
        st = !strcmp(o.what, "sheet") ? make_sheets(&o, &p, &err) : train(&o, &p, &err);
    photos_free(&p);
    return status_of(st, &err);
}
