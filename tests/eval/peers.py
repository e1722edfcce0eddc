# SPDX-License-Identifier: GPL-3.0-or-later
"""What two foreign detectors see in a picture, run by OpenCV and decoded here, so that nothing of ours takes part:
yunet_n_640 (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023) and retinaface_mnet025_640 (Deng et al.,
"RetinaFace", CVPR 2020). A box is (x, y, w, h) in pixels, centres at integers."""
import os

import cv2
import numpy as np

SIDE, STRIDES, NMS_IOU = 640, (8, 16, 32), 0.4
NAMES = ("yunet_n_640", "retinaface_mnet025_640")
SCORE_MIN = {"yunet_n_640": 0.7, "retinaface_mnet025_640": 0.6}  # as in models/manifests
SIZES = ((16, 32), (64, 128), (256, 512))  # of RetinaFace's priors


def cells():
    """Stride and column, row of each cell, stride by stride."""
    for s in STRIDES:
        n = SIDE // s
        y, x = np.mgrid[0:n, 0:n]
        yield s, x.ravel(), y.ravel()


def yunet(net):
    out = dict(zip(net.getUnconnectedOutLayersNames(), net.forward(net.getUnconnectedOutLayersNames())))
    for s, x, y in cells():
        flat = {k: out[f"{k}_{s}"].reshape(len(x), -1) for k in ("cls", "obj", "bbox")}
        score = np.sqrt(np.clip(flat["cls"][:, 0], 0, 1) * np.clip(flat["obj"][:, 0], 0, 1))
        b = flat["bbox"]
        yield score, (x + b[:, 0]) * s, (y + b[:, 1]) * s, np.exp(b[:, 2]) * s, np.exp(b[:, 3]) * s


def retinaface(net):
    score, box = net.forward(("586", "output0"))
    score, box = score.reshape(-1, 2)[:, 1], box.reshape(-1, 4)
    prior = np.concatenate([np.stack([(np.repeat(x, 2) + .5) * s, (np.repeat(y, 2) + .5) * s, np.tile(size, len(x))], 1)
                            for (s, x, y), size in zip(cells(), SIZES)])
    side = prior[:, 2]
    yield (score, prior[:, 0] + .1 * side * box[:, 0], prior[:, 1] + .1 * side * box[:, 1], side * np.exp(.2 * box[:, 2]),
           side * np.exp(.2 * box[:, 3]))


class Detector:
    def __init__(self, folder, name):
        self.name, self.net = name, cv2.dnn.readNetFromONNX(os.path.join(folder, name + ".onnx"))

    def __call__(self, bgr, score_min=None):
        """Rows of x, y, w, h, score."""
        height, width = bgr.shape[:2]
        scale = min(SIDE / width, SIDE / height)
        w, h = round(width * scale), round(height * scale)
        page = np.zeros((SIDE, SIDE, 3), np.uint8)
        page[:h, :w] = cv2.resize(bgr, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        mean = (104, 117, 123) if self.name.startswith("retina") else (0, 0, 0)
        self.net.setInput(cv2.dnn.blobFromImage(page, 1, (SIDE, SIDE), mean))
        least = score_min or SCORE_MIN[self.name]
        boxes, scores = [], []
        for score, cx, cy, bw, bh in (yunet if self.name.startswith("yunet") else retinaface)(self.net):
            for i in np.flatnonzero(score >= least):
                boxes.append([float((cx[i] - bw[i] / 2) / scale), float((cy[i] - bh[i] / 2) / scale), float(bw[i] / scale),
                              float(bh[i] / scale)])
                scores.append(float(score[i]))
        keep = np.array(cv2.dnn.NMSBoxes(boxes, scores, least, NMS_IOU)).ravel() if boxes else []
        return [boxes[i] + [scores[i]] for i in keep]
