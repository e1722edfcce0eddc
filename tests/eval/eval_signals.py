#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each signal tells on labelled media, and what is left of it after new encodings.

eval_signals.py UNMASK [--signals A,B] [--cache DIR] [--threads N] [--limit N] [--no-robustness] [stills|clips|pairs ...]
stills, clips: of UNMASK_MEDIA (default ../media), at most --limit rows of a source, label and kind in train, all of dev;
clips the first 8 s. pairs: both halves of data/faces/videos/dfl_pairs of UNMASK_TESTDATA (default ../shared), cut out
without loss by ffmpeg: the original and its live face swap through the same encoder. Prints Markdown, a table per set:

- applies: the share of all recordings that it scored
- AUC with its 95 % interval by groups, of the whole, per kind, within pairs
- alarms: the level that 5 % of the real train recordings exceed; which share of real and of fake dev recordings do
- AUC once more after each condition, of the recordings that it scored before and after
"""
import argparse
import csv
import json
import math
import os
import random
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
TESTDATA = os.path.abspath(os.environ.get('UNMASK_TESTDATA', os.path.join(ROOT, '..', 'shared')))
MEDIA = os.path.abspath(os.environ.get('UNMASK_MEDIA', os.path.join(ROOT, '..', 'media')))
CONDITIONS = {'stills': 'jpeg-70,half', 'clips': 'h264-23,h264-40,half', 'pairs': 'h264-23,h264-40,half'}
ALARMS = .05  # of the real train recordings


def chosen(rows, limit):
    """All of dev; of train at most `limit` of a source, label and kind, drawn once for all."""
    by = {}
    for row in rows:
        if row['label'] in ('real', 'fake'):
            by.setdefault((row['split'], row['source'], row['label'], row['kind']), []).append(row)
    draw, out = random.Random(5), []
    for key in sorted(by):
        if key[0] != 'dev':
            draw.shuffle(by[key])
            by[key] = by[key][:limit]
        out += by[key]
    return out


def write_list(path, rows):
    with open(path, 'w', newline='') as f:
        writer = csv.DictWriter(f, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def media_list(o, name):
    """A folder beside the cache: the list, and links to where its recordings lie."""
    folder = os.path.join(o.cache, name)
    os.makedirs(folder, exist_ok=True)
    with open(f'{MEDIA}/{name}/labels.csv', newline='') as f:
        rows = chosen(list(csv.DictReader(f)), o.limit)
    for top in {row['path'].split('/')[0] for row in rows}:
        if not os.path.lexists(f'{folder}/{top}'):
            os.symlink(f'{MEDIA}/{name}/{top}', f'{folder}/{top}')
    write_list(folder + '/labels.csv', rows)
    return folder + '/labels.csv'


def pairs_list(o):
    folder, rows = os.path.join(o.cache, 'pairs'), []
    os.makedirs(folder, exist_ok=True)
    with open(f'{TESTDATA}/data/faces/videos/dfl_pairs/panels.csv', newline='') as f:
        for p in csv.DictReader(f):
            pair = os.path.basename(p['path'])[:-4]
            out = f"{pair}_{p['label']}.mp4"
            rows.append({'path': out, 'label': p['label'], 'kind': 'face-swap', 'pair_id': pair, 'group': pair, 'split': 'train'})
            if not os.path.exists(f'{folder}/{out}'):
                crop = f"crop={int(p['panel_w']) & ~1}:{int(p['panel_h']) & ~1}:{p['panel_x']}:{p['panel_y']}"
                subprocess.run(['ffmpeg', '-v', 'error', '-i', f"{TESTDATA}/data/faces/{p['path']}", '-vf', crop, '-an', '-c:v',
                                'libx264', '-preset', 'ultrafast', '-qp', '0', '-f', 'mp4', f'{folder}/{out}.part'], check=True)
                os.rename(f'{folder}/{out}.part', f'{folder}/{out}')
    write_list(folder + '/labels.csv', rows)
    return folder + '/labels.csv'


def evaluate(o, name, labels, split):
    base = os.path.join(o.cache, f'{name}-{split}')
    command = [o.unmask, 'evaluate', '--signals', o.signals, '--where', f'split={split}', '--by', 'kind', '--json', base + '.json',
               '--save-scores', base + '.csv', '--cache', o.cache + '/answers', '--cache-bytes', str(8 << 30)]
    command += ['--threads', str(o.threads)] if o.threads else []
    command += ['--max-seconds', '8'] if name == 'clips' else []
    command += [] if o.no_robustness else ['--robustness', CONDITIONS[name]]
    done = subprocess.run(command + [labels], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 4):
        sys.exit(done.stderr)
    with open(labels, newline='') as f:
        label = {row['path']: row['label'] for row in csv.DictReader(f)}
    with open(base + '.json') as f, open(base + '.csv', newline='') as g:
        return json.load(f), [dict(row, label=label[row['path']]) for row in csv.DictReader(g)]


def scores(rows, signal, label):
    return [float(row[signal]) for row in rows if row['label'] == label and row.get(signal)]


def number(v):
    if isinstance(v, list):
        return number(v[0]) + (f' [{v[1]:.2f}, {v[2]:.2f}]' if v[0] is not None else '')
    return '' if v is None or math.isnan(v) else f'{v:.2f}'


def share(values, level):
    return f'{100 * sum(v > level for v in values) / len(values):.0f} % of {len(values)}' if values else ''


def row_of(name, signal, split, j, rows, level):
    d = next((d for d in j['detectors'] if d['name'] == signal), None)
    if not d or not d['slices']:
        return f'| {signal} | {split} | none' + ' |' * (6 + len(CONDITIONS[name].split(',')))
    whole = d['slices'][0]
    n = sum(row['label'] in ('real', 'fake') for row in rows)
    spoken = len(scores(rows, signal, 'real')) + len(scores(rows, signal, 'fake'))
    kinds = ', '.join(f"{s['value']} {number(s['auc'][0])}" for s in d['slices'] if s['field'] == 'kind' and s.get('auc'))
    pairs = f"{number(whole.get('auc_within_pairs'))} of {whole['n_pairs']}" if whole.get('n_pairs') else ''
    cells = [signal, split, f'{100 * spoken / n:.0f} %', number(whole.get('auc')), kinds, pairs]
    cells += [share(scores(rows, signal, label), level) if level is not None else '' for label in ('real', 'fake')]
    under = {r['condition']: r['under'] for r in d.get('robustness', [])}
    cells += [number((under.get(c, {}).get('auc') or [None])[0]) for c in CONDITIONS[name].split(',')]
    return '| ' + ' | '.join(cells) + ' |'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('unmask')
    parser.add_argument('sets', nargs='*', default=[])
    parser.add_argument('--signals')
    parser.add_argument('--cache', default=os.path.join(ROOT, 'build', 'eval-signals'))
    parser.add_argument('--threads', type=int, default=0)
    parser.add_argument('--limit', type=int, default=45)
    parser.add_argument('--no-robustness', action='store_true')
    o = parser.parse_intermixed_args()
    os.makedirs(o.cache, exist_ok=True)
    if not o.signals:
        listed = subprocess.run([o.unmask, 'signals'], capture_output=True, text=True, check=True).stdout
        o.signals = ','.join(re.findall(r'^(\w+) \(version', listed, re.M))
    for name in o.sets or CONDITIONS:
        here = f'{TESTDATA}/data/faces/videos/dfl_pairs' if name == 'pairs' else f'{MEDIA}/{name}'
        if not os.path.exists(here):
            print(f'{name}: skipped, {here} is missing')
            continue
        labels = pairs_list(o) if name == 'pairs' else media_list(o, name)
        splits = ['train'] if name == 'pairs' else ['train', 'dev']
        found = {split: evaluate(o, name, labels, split) for split in splits}
        conditions = CONDITIONS[name].split(',')
        print(f'\n{name}\n\n| signal | rows | applies | AUC | kinds | within pairs | real above | fake above | ' + ' | '.join(conditions) +
              ' |\n|---|---|---:|---|---|---|---:|---:|' + '---:|' * len(conditions))
        for signal in o.signals.split(','):
            quiet = sorted(scores(found['train'][1], signal, 'real'))
            level = quiet[max(math.ceil((1 - ALARMS) * len(quiet)) - 1, 0)] if quiet else None
            for split in splits:
                print(row_of(name, signal, split, *found[split], level), flush=True)


if __name__ == '__main__':
    main()
