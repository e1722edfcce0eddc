#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The voice verdict beside AASIST, AASIST-L, RawGAT-ST and LFCC-LCNN, on the same dev voices as they are and after
encoders, a telephone and noise; and what the other signals of sound add to voice_generated.

voice_peers.py run UNMASK OUT --copies COPIES --runtime RUNTIME [--recordings N] [--peers A,B]
voice_peers.py table UNMASK OUT [--recordings N]
voice_peers.py instruments UNMASK OUT

COPIES: tests/eval/voice_copies of the build. RUNTIME: a folder with onnxruntime-node in node_modules. Needs
UNMASK_MEDIA (default ../media) and UNMASK_TESTDATA (default ../shared). Every answer is in OUT as soon as it is known,
and a run that was stopped goes on. The recordings are in one order (seed 1) of which every beginning is a sample
stratified by label, kind and source that keeps pairs whole: --recordings takes that many; 3 s of CPU each and condition.
"""
import argparse
import csv
import json
import os
import random
import subprocess
import sys

import numpy as np
from scipy.stats import rankdata

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
MODELS = os.path.abspath(os.environ.get('UNMASK_TESTDATA', os.path.join(ROOT, '..', 'shared'))) + '/models'
VOICES = os.path.abspath(os.environ.get('UNMASK_MEDIA', os.path.join(ROOT, '..', 'media'))) + '/voices'
CONDITIONS = ('plain', 'mp3', 'opus', 'telephone', 'noise-15db')
PEERS = ('aasist', 'aasist-l', 'rawgat_st_mul', 'lfcc_lcnn_lstm')
SIGNALS = 'audio_bandwidth,voice_generated,sound_splices,background_noise,mains_hum,vocoder_traces'
RECIPES = {'logistic': 'classifier = logistic\n', 'trees': 'classifier = trees\n',
           'logistic-two': 'classifier = logistic\nsignals = voice_generated,vocoder_traces\n'}


def dev_rows():
    """Units (a pair, or a recording of none) of each stratum spread evenly over the whole order."""
    with open(VOICES + '/labels.csv', newline='') as f:
        rows = [r for r in csv.DictReader(f) if r['split'] == 'dev' and r['label'] in ('real', 'fake')]
    units, strata, placed, draw = {}, {}, [], random.Random(1)
    for r in rows:
        units.setdefault(r['pair_id'] or r['path'], []).append(r)
    for name in sorted(units):
        strata.setdefault(str(sorted({(r['label'], r['kind'], r['source']) for r in units[name]})), []).append(name)
    for stratum in sorted(strata):
        names = strata[stratum]
        draw.shuffle(names)
        start = draw.random()
        placed += [((i + start) / len(names), name) for i, name in enumerate(names)]
    return [r for _, name in sorted(placed) for r in units[name]]


def made(o, what, start, to, paths):
    for p in paths:
        os.makedirs(os.path.dirname(f'{to}/{p}'), exist_ok=True)
    for at in range(0, len(paths), 100):
        subprocess.run([o.copies, what, start, to] + paths[at:at + 100])


def file_of(o, condition, path):
    return f'{VOICES}/{path}' if condition == 'plain' else f'{o.out}/{condition}/{path}.wav'


def heard(o, rows, condition):
    """What the peers hear, of those that have a copy: {path: file}."""
    start, end = (VOICES, '') if condition == 'plain' else (f'{o.out}/{condition}', '.wav')
    paths = [r['path'] for r in rows if os.path.exists(file_of(o, condition, r['path']))]
    made(o, 'heard', start, f'{o.out}/heard/{condition}', [p + end for p in paths])
    return {p: f'{o.out}/heard/{condition}/{p}{end}.f32' for p in paths}


def write(path, rows):
    with open(path, 'w', newline='') as f:
        writer = csv.DictWriter(f, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def read(path, key='path'):
    with open(path, newline='') as f:
        return {r[key]: r for r in csv.DictReader(f)}


def ours(o, rows, condition):
    base = f'{o.out}/ours-{condition}'
    write(base + '.list', [dict(r, path=file_of(o, condition, r['path'])) for r in rows
                           if os.path.exists(file_of(o, condition, r['path']))])
    done = subprocess.run([o.unmask, 'evaluate', '--signals', 'voice_generated', '--threads', '1', '--draws', '1', '--cache',
                           o.out + '/answers', '--save-scores', base + '.csv', base + '.list'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 4):
        sys.exit(done.stderr)


def said(o):
    """Scores of the peers: {(condition, path): {name: (score, seconds)}}; a line that was cut off is none."""
    out = {}
    if os.path.exists(o.out + '/peers.tsv'):
        with open(o.out + '/peers.tsv') as f:
            for line in f:
                cells = line.rstrip('\n').split('\t')
                if len(cells) == 5 and line.endswith('\n'):
                    out.setdefault((cells[0], cells[1]), {})[cells[2]] = (float(cells[3]), float(cells[4]))
    return out


def run(o):
    rows, known, names = dev_rows()[:o.recordings], said(o), o.peers.split(',')
    os.makedirs(o.out, exist_ok=True)
    for condition in CONDITIONS[1:]:
        made(o, condition, VOICES, f'{o.out}/{condition}', [r['path'] for r in rows])
    files = {c: heard(o, rows, c) for c in CONDITIONS}
    todo = [f"{c}\t{r['path']}\t{files[c][r['path']]}\n" for r in rows for c in CONDITIONS
            if r['path'] in files[c] and not set(names) <= set(known.get((c, r['path']), {}))]
    with open(o.out + '/peers.tsv', 'a') as f:
        subprocess.run(['node', os.path.join(ROOT, 'tests/eval/voice_peers.js'), MODELS, o.peers], input=''.join(todo), text=True,
                       stdout=f, cwd=o.runtime, check=True)
    for condition in CONDITIONS:
        ours(o, rows, condition)


# --- measures ---


def clusters(rows):
    """The number of the group that each row is in; groups that share a pair are one, as in `unmask evaluate`."""
    up = {}

    def root(x):
        while up.setdefault(x, x) != x:
            x = up[x]
        return x
    for r in rows:
        keys = [f + r[f] for f in ('group', 'pair_id') if r[f]] or [r['path']]
        for key in keys:
            up[root(key)] = root(keys[0])
    roots = [root('group' + r['group'] if r['group'] else 'pair_id' + r['pair_id'] if r['pair_id'] else r['path']) for r in rows]
    return np.unique(roots, return_inverse=True)[1]


def auc_eer(fake, score):
    """Ties count half; the error rate is the mean of both errors where they are closest."""
    rank = rankdata(score)
    n, m = fake.sum(), (~fake).sum()
    order = np.argsort(score, kind='stable')
    last = np.append(np.diff(score[order]) > 0, True)
    missed, alarms = np.cumsum(fake[order])[last] / n, 1 - np.cumsum(~fake[order])[last] / m
    missed, alarms = np.append(0, missed), np.append(1, alarms)
    at = np.argmin(abs(missed - alarms))
    return np.array([(rank[fake].sum() - n * (n + 1) / 2) / (n * m), (missed[at] + alarms[at]) / 2])


def difference(rows, a, b, draws=1000):
    """AUC and equal error rate of a less those of b, each with its 95 % interval: the same draws of groups for both."""
    fake, group, rng = np.array([r['label'] == 'fake' for r in rows]), clusters(rows), np.random.default_rng(1)
    members, drawn = [np.flatnonzero(group == g) for g in range(group.max() + 1)], []
    while len(drawn) < draws:
        at = np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        if fake[at].any() and not fake[at].all():
            drawn.append(auc_eer(fake[at], a[at]) - auc_eer(fake[at], b[at]))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return np.stack([auc_eer(fake, a) - auc_eer(fake, b), low, high], 1)


def say(v):
    return f'{v[0]:.3f} [{v[1]:.3f}, {v[2]:.3f}]' if v and v[0] is not None else ''


def evaluated(o, rows, columns, name, *more):
    """Measures of `unmask evaluate` for columns of scores."""
    base = f'{o.out}/{name}'
    write(base + '.list', rows)
    write(base + '.csv', [dict({'path': r['path']}, **{c: '' if np.isnan(v[i]) else v[i] for c, v in columns.items()})
                          for i, r in enumerate(rows)])
    subprocess.run([o.unmask, 'evaluate', '--scores', base + '.csv', '--json', base + '.json', *more, base + '.list'],
                   stdout=subprocess.DEVNULL, check=True)
    with open(base + '.json') as f:
        return {d['name']: d['slices'] for d in json.load(f)['detectors']}


def cell(slices, field='all', value=''):
    return next((s for s in slices if s['field'] == field and s['value'] == value), None)


def rate_class(path):
    """Whether what wants 16 kHz hears all of a recording or one that was resampled."""
    with open(path, 'rb') as f:
        head = f.read(21)
    rate_hz = int.from_bytes(head[18:21], 'big') >> 4 if head[:4] == b'fLaC' else int(subprocess.run(
        ['ffprobe', '-v', 'error', '-select_streams', 'a:0', '-show_entries', 'stream=sample_rate', '-of', 'csv=p=0', path],
        capture_output=True, text=True, check=True).stdout.split()[0])
    return 'to 16 kHz' if rate_hz <= 16000 else 'above'


def table(o):
    known, all_rows = said(o), dev_rows()[:o.recordings]
    for r in all_rows:
        r['quality'] = rate_class(f"{VOICES}/{r['path']}")
    print('| condition | clips of | by | detector | fake, real | silent | EER | AUC | within pairs |\n' + '|---' * 9 + '|')
    for condition in CONDITIONS:
        own = read(f'{o.out}/ours-{condition}.csv')
        for peer in PEERS:
            rows = [r for r in all_rows if peer in known.get((condition, r['path']), {})]
            if len({r['label'] for r in rows}) < 2:
                continue
            of = [own[file_of(o, condition, r['path'])] for r in rows]
            columns = {c: np.array([float(x.get(c) or 'nan') for x in of]) for c in ('voice_generated', 'verdict_log_lr')}
            columns[peer] = np.array([known[condition, r['path']][peer][0] for r in rows])
            slices = evaluated(o, rows, columns, f'table-{condition}-{peer}', '--by', 'kind,source,quality')
            for name, s in ((n, s) for n in columns for s in slices[n]):
                print(f"| {condition} | {peer} | {s['field']} {s['value']} | {name} | {s['n_fake']}, {s['n_real']} | "
                      f"{s['silent_fake']}, {s['silent_real']} | {say(s.get('eer'))} | {say(s.get('auc'))} | "
                      f"{say(s.get('auc_within_pairs'))} of {s['n_pairs']} |")
            both = np.flatnonzero(~np.isnan(columns['voice_generated']))
            if len({rows[i]['label'] for i in both}) == 2:
                auc, eer = difference([rows[i] for i in both], columns['voice_generated'][both], columns[peer][both])
                print(f'| {condition} | {peer} | all | ours less it | {len(both)} | | {say(list(eer))} | {say(list(auc))} | |')
            for label in ('real', 'fake'):  # how well the score tells the sampling rate: one half if not at all
                same = [i for i, r in enumerate(rows) if r['label'] == label]
                above = np.array([rows[i]['quality'] == 'above' for i in same])
                if above.any() and not above.all():
                    told = auc_eer(above, columns[peer][same])[0]
                    print(f'| {condition} | {peer} | rate, {label} | {peer} | {len(same)} | | | {told:.3f} | |')


def instruments(o):
    """Classifiers of all scores, learnt on train; recordings of which voice_generated said something."""
    scores = o.out + '/scores.csv'
    if not os.path.exists(scores):
        subprocess.run([o.unmask, 'evaluate', '--threads', '1', '--draws', '1', '--where', 'split=train|dev', '--signals', SIGNALS,
                        '--cache', o.out + '/answers', '--save-scores', scores, VOICES + '/labels.csv'],
                       stdout=subprocess.DEVNULL, check=True)
    said_of = read(scores)
    rows = [r for r in read(VOICES + '/labels.csv').values() if said_of.get(r['path'], {}).get('voice_generated')]
    dev = [r for r in rows if r['split'] == 'dev']
    alone = np.array([float(said_of[r['path']]['voice_generated']) for r in dev])
    write(o.out + '/spoken.list', rows)
    for name, recipe in RECIPES.items():
        base = f'{o.out}/instruments-{name}'
        with open(base + '.recipe', 'w') as f:
            f.write(recipe)
        common = [o.unmask, 'evaluate', '--scores', scores, '--recipe', base + '.recipe', '--draws', '200']
        print(subprocess.run(common + ['--cross', 'source', '--where', 'split=train', o.out + '/spoken.list'], stdout=subprocess.PIPE,
                             text=True, check=True).stdout)
        subprocess.run(common + ['--save-scores', base + '.csv', o.out + '/spoken.list'], stdout=subprocess.DEVNULL, check=True)
        learnt = read(base + '.csv')
        trained = np.array([float(learnt[r['path']]['trained']) for r in dev])
        slices = evaluated(o, dev, {'alone': alone, 'trained': trained}, f'instruments-{name}-dev', '--by', 'kind,source')
        for s in slices['trained']:
            a = cell(slices['alone'], s['field'], s['value'])
            print(f"| {name} | {s['field']} {s['value']} | {s['n_fake']}, {s['n_real']} | {say(a['auc'])} | {say(s['auc'])} | "
                  f"{say(a['eer'])} | {say(s['eer'])} |")
        auc, eer = difference(dev, trained, alone)
        print(f'{name} less alone, dev: AUC {say(list(auc))}, equal error rate {say(list(eer))}', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('run', 'table', 'instruments'))
    parser.add_argument('unmask')
    parser.add_argument('out')
    parser.add_argument('--copies', help='run: voice_copies')
    parser.add_argument('--runtime', help='run: folder with node_modules/onnxruntime-node')
    parser.add_argument('--recordings', type=int, default=126)
    parser.add_argument('--peers', default=','.join(PEERS))
    o = parser.parse_args()
    {'run': run, 'table': table, 'instruments': instruments}[o.what](o)


if __name__ == '__main__':
    main()
