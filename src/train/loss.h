/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loss.h: from the output of a network to a loss and its gradient.
 *
 * Every function returns scale * (sum of the losses) and adds scale * (its derivative) to grad, so that
 * several losses may share an output (um_plan_grad is zero after a run); grad NULL: the value alone.
 * For a mean, scale = 1 / n. x is what the network gave, t the target. `weight`, one per element, row or box,
 * may be NULL (all 1); where it is 0 neither x nor t is looked at. Sums are taken in double, in order.
 */
#ifndef UM_TRAIN_LOSS_H
#define UM_TRAIN_LOSS_H
#include "base/base.h"

/* Cross-entropy of softmax over `classes` neighbours, n rows: -sum_k q_k log p_k, p = softmax(x), with label
 * smoothing (Szegedy et al. 2016, arXiv:1512.00567): q = (1 - smoothing) [k = label] + smoothing / classes.
 * label: the class number of each row; rows with another number (say, -1) count nothing. */
double um_loss_softmax(float *grad, const float *x, const float *label, const float *weight, int64_t n,
                       int classes, double smoothing, double scale);

/* Binary cross-entropy with logits: -(t log s + (1 - t) log(1 - s)), s = 1 / (1 + exp(-x)), t in 0..1. */
double um_loss_bce(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale);

/* Focal loss with logits (Lin et al. 2017, arXiv:1708.02002): for t = 1 -alpha (1 - s)^gamma log s, for t = 0
 * -(1 - alpha) s^gamma log(1 - s); between, the mixture of both with t and 1 - t. alpha < 0: no alpha. */
double um_loss_focal(float *grad, const float *x, const float *t, const float *weight, int64_t n,
                     double alpha, double gamma, double scale);

/* d = x - t. Absolute: |d|. Square: d^2. Smooth (Girshick 2015, arXiv:1504.08083): d^2 / (2 beta) where
 * |d| < beta, else |d| - beta / 2. Wing (Feng et al. 2018, arXiv:1711.06753): width ln(1 + |d| / curve) where
 * |d| < width, else |d| - (width - width ln(1 + width / curve)). */
double um_loss_l1(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale);
double um_loss_l2(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale);
double um_loss_smooth_l1(float *grad, const float *x, const float *t, const float *weight, int64_t n,
                         double beta, double scale);
double um_loss_wing(float *grad, const float *x, const float *t, const float *weight, int64_t n, double width,
                    double curve, double scale);

/* Boxes x0, y0, x1, y1. I = intersection, U = union, C = the smallest box around both, all as areas:
 * IoU   1 - I/U (Yu et al. 2016, arXiv:1608.01471, without the logarithm)
 * GIoU  1 - I/U + (C - U)/C (Rezatofighi et al. 2019, arXiv:1902.09630)
 * DIoU  1 - I/U + (distance of the centres)^2 / (diagonal of C)^2 (Zheng et al. 2020, arXiv:1911.08287)
 * CIoU  DIoU + alpha v, v = 4/pi^2 (atan(w_t / h_t) - atan(w / h))^2, alpha = v / (1 - I/U + v) held constant
 *       in the gradient, as published there.
 * Every denominator has 1e-7 added. A predicted box that is inside out has no area. */
typedef enum um_iou_kind { UM_IOU, UM_GIOU, UM_DIOU, UM_CIOU } um_iou_kind;
double um_loss_iou(um_iou_kind kind, float *grad, const float *box, const float *t, const float *weight,
                   int64_t n, double scale);

/* (1 - SSIM) / 2, summed over the planes (each the mean of its positions); SSIM (Wang et al. 2004) in windows
 * of 11 x 11 pixels, Gaussian with 1.5 pixels, wholly inside the picture, values 0..1 (K1 = .01, K2 = .03).
 * Planes of h x w, both at least 11. */
um_status um_loss_dssim(double *loss, float *grad, const float *x, const float *t, int64_t planes, int h,
                        int w, double scale, um_error *err);
#endif
