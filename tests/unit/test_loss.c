/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses: the gradient against central differences of the value, the value against the formula, both against
 * PyTorch's autograd where it is installed. */
#include "../check.h"
#include "train/loss.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 24, CLASSES = 6, SIDE = 16, PIXELS = 2 * SIDE * SIDE, MOST = PIXELS };

typedef enum kind {
    SOFTMAX,
    BCE,
    FOCAL,
    FOCAL_PLAIN,
    L1,
    L2,
    SMOOTH,
    WING,
    IOU,
    GIOU,
    DIOU,
    CIOU,
    DSSIM,
    KINDS
} kind;
static const char *const name[KINDS] = {"softmax", "bce", "focal", "focal", "l1",   "l2",   "smooth_l1",
                                        "wing",    "iou", "giou",  "diou",  "ciou", "dssim"};
static const double param[KINDS][2] = {
    [SOFTMAX] = {CLASSES, .1}, [FOCAL] = {.25, 2}, [FOCAL_PLAIN] = {-1, 1.5},
    [SMOOTH] = {.5},           [WING] = {1.2, .4}, [DSSIM] = {SIDE}};

typedef struct problem {
    kind k;
    int n, n_t, n_w; /* floats of x, t, weight */
    float x[MOST], t[MOST], weight[MOST];
    double scale;
} problem;

static uint64_t seed = 5;
static double uniform(double lo, double hi)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return lo + (hi - lo) * (double)(seed >> 11) / 9007199254740992.0;
}

static double loss(const problem *p, const float *x, float *grad)
{
    const float *t = p->t, *w = p->n_w ? p->weight : NULL;
    const double *q = param[p->k];
    double value = NAN;
    switch (p->k) {
    case SOFTMAX:
        return um_loss_softmax(grad, x, t, w, p->n_t, CLASSES, q[1], p->scale);
    case BCE:
        return um_loss_bce(grad, x, t, w, p->n, p->scale);
    case FOCAL:
    case FOCAL_PLAIN:
        return um_loss_focal(grad, x, t, w, p->n, q[0], q[1], p->scale);
    case L1:
        return um_loss_l1(grad, x, t, w, p->n, p->scale);
    case L2:
        return um_loss_l2(grad, x, t, w, p->n, p->scale);
    case SMOOTH:
        return um_loss_smooth_l1(grad, x, t, w, p->n, q[0], p->scale);
    case WING:
        return um_loss_wing(grad, x, t, w, p->n, q[0], q[1], p->scale);
    case DSSIM:
        CHECK(um_loss_dssim(&value, grad, x, t, p->n / SIDE / SIDE, SIDE, SIDE, p->scale, NULL) == UM_OK);
        return value;
    default:
        return um_loss_iou((um_iou_kind)(p->k - IOU), grad, x, t, w, p->n / 4, p->scale);
    }
}

static void make(problem *p, kind k)
{
    bool box = k >= IOU && k <= CIOU;
    *p = (problem){.k = k, .scale = .37};
    p->n = k == SOFTMAX ? 5 * CLASSES : k == DSSIM ? PIXELS : box ? 12 * 4 : N;
    p->n_t = k == SOFTMAX ? p->n / CLASSES : p->n;
    p->n_w = k == DSSIM ? 0 : box ? p->n / 4 : p->n_t;
    for (int i = 0; i < p->n; i++)
        p->x[i] = (float)(k == DSSIM ? uniform(0, 1) : uniform(-3, 3));
    for (int i = 0; i < p->n_t; i++)
        p->t[i] = (float)(k == SOFTMAX             ? floor(uniform(0, CLASSES))
                          : k >= FOCAL && k < L1   ? uniform(0, 1) > .5
                          : k == BCE || k == DSSIM ? uniform(0, 1)
                                                   : uniform(-3, 3));
    if (k == SOFTMAX)
        p->t[1] = -1;
    for (int i = 0; i < p->n_w; i++)
        p->weight[i] = i == 2 ? 0 : (float)uniform(.2, 2);
    for (int i = 0; box && i < p->n; i += 4) /* some apart, some inside each other, most overlapping */
        for (int a = 0; a < 2; a++) {
            p->x[i + a] = (float)uniform(0, 4);
            p->x[i + 2 + a] = p->x[i + a] + (float)uniform(.5, 4);
            p->t[i + a] = (float)uniform(0, 4);
            p->t[i + 2 + a] = p->t[i + a] + (float)uniform(.5, 4);
        }
}

/* CIoU for differences: alpha is a constant there, so v is measured with the alpha of the point itself:
 * value = DIoU + alpha(point) v(x). */
static double aspect(const problem *p, const float *x)
{
    double sum = 0;
    for (int i = 0; i < p->n / 4; i++) {
        const float *t = p->t + 4 * i, *b = x + 4 * i, *at = p->x + 4 * i, w = p->weight[i];
        double angle = atan2((double)t[2] - t[0], (double)t[3] - t[1]);
        double v = 4 / (M_PI * M_PI) * pow(angle - atan2((double)b[2] - b[0], (double)b[3] - b[1]), 2);
        double v0 = 4 / (M_PI * M_PI) * pow(angle - atan2((double)at[2] - at[0], (double)at[3] - at[1]), 2);
        double iou = 1 - um_loss_iou(UM_IOU, NULL, at, t, NULL, 1, 1);
        sum += w * v * v0 / (1 - iou + v0);
    }
    return p->scale * sum;
}

static double constant_alpha(problem *p, const float *x)
{
    if (p->k != CIOU)
        return loss(p, x, NULL);
    p->k = DIOU;
    double value = loss(p, x, NULL) + aspect(p, x);
    p->k = CIOU;
    return value;
}

/* Central differences: the error is h^2 / 6 of the third derivative, which is below 20 for these inputs. */
static void gradient(problem *p)
{
    const float h = 1.f / 1024;
    float grad[MOST], moved[MOST];
    double worst = 0;
    for (int i = 0; i < p->n; i++)
        grad[i] = 1; /* added to, not overwritten */
    double value = loss(p, p->x, grad);
    CHECK_NEAR(value, loss(p, p->x, NULL), 0);
    memcpy(moved, p->x, sizeof moved);
    for (int i = 0; i < p->n; i++) {
        moved[i] = p->x[i] + h;
        double high = constant_alpha(p, moved);
        double width = moved[i];
        moved[i] = p->x[i] - h;
        width -= moved[i];
        worst = fmax(worst, fabs((high - constant_alpha(p, moved)) / width - (grad[i] - 1)));
        moved[i] = p->x[i];
    }
    fprintf(stderr, "%-10s gradient within %.1e of differences\n", name[p->k], worst);
    CHECK(worst < 5e-6);
}

static void write_list(FILE *f, const float *v, int n, char end)
{
    for (int i = 0; i < n; i++)
        fprintf(f, "%.17g ", v[i]);
    fputc(end, f);
}

static void write_case(FILE *f, const problem *p)
{
    float grad[MOST] = {0};
    double value = loss(p, p->x, grad);
    fprintf(f, "%s;%.17g %.17g;", name[p->k], param[p->k][0], param[p->k][1]);
    write_list(f, p->x, p->n, ';');
    write_list(f, p->t, p->n_t, ';');
    write_list(f, p->weight, p->n_w, ';');
    fprintf(f, "%.17g;%.17g;", p->scale, value);
    write_list(f, grad, p->n, '\n');
}

static void against_torch(void)
{
    char path[64], command[4400];
    const char *source = getenv("UNMASK_SOURCE_DIR");
    snprintf(path, sizeof path, "/tmp/unmask-loss-%d.txt", (int)getpid());
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    for (int k = 0; f && k < KINDS; k++) {
        problem p;
        make(&p, (kind)k);
        write_case(f, &p);
        p.n_w = 0;
        write_case(f, &p);
    }
    if (f)
        fclose(f);
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/unit/train_torch.py' loss %s >&2",
             source ? source : ".", path);
    int status = system(command);
    remove(path);
    if (WEXITSTATUS(status) == CHECK_SKIP)
        fprintf(stderr, "PyTorch comparison skipped: no python3-torch\n");
    else
        CHECK(status == 0);
}

static void known_values(void)
{
    float x[] = {0, 0, 0, 0}, label = 2, one = 1, two = 2, zero = 0, far = 1000, box[] = {0, 0, 2, 2};
    float half[] = {0, 0, 2, 1}, apart[] = {3, 0, 5, 2}, inverted[] = {2, 2, 0, 0}, grad[4] = {0};
    CHECK_NEAR(um_loss_softmax(NULL, x, &label, NULL, 1, 4, .1, 1), log(4), 1e-15);
    CHECK_NEAR(um_loss_bce(NULL, &zero, &one, NULL, 1, 1), log(2), 1e-15);
    CHECK_NEAR(um_loss_bce(NULL, &far, &zero, NULL, 1, 1), 1000, 1e-9); /* no overflow */
    CHECK_NEAR(um_loss_focal(NULL, &zero, &one, NULL, 1, .25, 2, 1), .25 * .25 * log(2), 1e-15);
    CHECK_NEAR(um_loss_l1(NULL, &two, &zero, NULL, 1, 1), 2, 0);
    CHECK_NEAR(um_loss_l2(NULL, &two, &zero, NULL, 1, 1), 4, 0);
    CHECK_NEAR(um_loss_smooth_l1(NULL, &two, &zero, NULL, 1, 1, 1), 1.5, 0);
    CHECK_NEAR(um_loss_wing(NULL, &two, &zero, NULL, 1, 10, 2, 1), 10 * log(2), 1e-14);
    CHECK_NEAR(um_loss_iou(UM_IOU, NULL, box, half, NULL, 1, 1), .5, 1e-6);
    CHECK_NEAR(um_loss_iou(UM_GIOU, NULL, box, apart, NULL, 1, 1), 1.2, 1e-6); /* 1 + 2/10 */
    CHECK_NEAR(um_loss_iou(UM_DIOU, NULL, box, apart, NULL, 1, 1), 1 + 9 / 29., 1e-6);
    CHECK_NEAR(um_loss_iou(UM_CIOU, NULL, box, box, NULL, 1, 1), 0, 1e-6);
    for (int k = UM_IOU; k <= UM_CIOU; k++)
        CHECK(isfinite(um_loss_iou((um_iou_kind)k, grad, inverted, box, NULL, 1, 1)) &&
              isfinite(grad[0] + grad[2]));
    double value;
    um_error err;
    CHECK(um_loss_dssim(&value, NULL, x, x, 1, 2, 2, 1, &err) == UM_EINVAL);
}

int main(void)
{
    known_values();
    for (int k = 0; k < KINDS; k++) {
        problem p;
        make(&p, (kind)k);
        gradient(&p);
    }
    against_torch();
    return check_done();
}
