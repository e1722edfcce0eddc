#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The detectors on the dev rows of the labelled media, beside those of others on the same files.

eval_detectors.py UNMASK [--cache DIR] [--peers] [--by kind,generator] [LIST...]
LIST: clips, stills, voices (of UNMASK_MEDIA, default ../media), faces, audio (of UNMASK_TESTDATA/data, default
../shared/data); all without one. --peers: also the MesoNets (faces), AASIST, AASIST-L, RawGAT-ST and LFCC-LCNN
(voices, the first 5 s of each: 5 s of CPU a clip but for the last). A row: AUC, EER and AUC within pairs with 95 % intervals by
groups; of verdicts the shares that were called.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
TESTDATA = os.environ.get('UNMASK_TESTDATA', os.path.join(ROOT, '..', 'shared'))
MEDIA = os.environ.get('UNMASK_MEDIA', os.path.join(ROOT, '..', 'media'))
LISTS = {'clips': (MEDIA + '/clips', 'video'), 'stills': (MEDIA + '/stills', 'photo'), 'voices': (MEDIA + '/voices', 'sound'),
         'faces': (TESTDATA + '/data/faces', 'photo'), 'audio': (TESTDATA + '/data/audio', 'sound')}
FACE, VOICE = ['face_manipulated', 'face_generated'], ['voice_generated']
PEERS = {'face_manipulated': ['meso4_df', 'meso4_f2f', 'mesoinception_df', 'mesoinception_f2f'],
         'voice_generated': ['aasist', 'aasist-l', 'rawgat_st_mul', 'lfcc_lcnn_lstm']}


def folder_of_peer(name, into):
    """Its network and manifest, ahead of ours."""
    with open(os.path.join(ROOT, 'models', 'manifests', name + '.json')) as f:
        manifest = json.load(f)
    for where, _, files in os.walk(os.path.join(TESTDATA, 'models')):
        if manifest['model'] in files:
            os.symlink(os.path.abspath(os.path.join(where, manifest['model'])), os.path.join(into, manifest['model']))
            break
    else:
        return False
    manifest['priority'] = 99
    with open(os.path.join(into, name + '.json'), 'w') as f:
        json.dump(manifest, f)
    return True


def evaluate(o, path, signals, *more):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, 'out.json')
        command = [o.unmask, 'evaluate', '--where', 'split=dev', '--signals', ','.join(signals), '--json', out, '--cache', o.cache,
                   '--cache-bytes', str(8 << 30), *more, path + '/labels.csv']
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 4):
            sys.exit(done.stderr)
        with open(out) as f:
            return json.load(f)


def number(v):
    if isinstance(v, list):
        return f'{v[0]:.3f} [{v[1]:.3f} {v[2]:.3f}]' if v[0] is not None else ''
    return '' if v is None else f'{v:.3f}'


def show(name, j, detector, say_slices):
    for d in j['detectors']:
        if d['name'] != detector:
            continue
        for s in d['slices']:
            if s['field'] == 'all' or say_slices:
                label = name if s['field'] == 'all' else f"  {s['field']} {s['value']}"
                print(f"{label:42} {s['n_fake']:5} {s['n_real']:5}  {number(s.get('auc')):22} {number(s.get('eer')):22} "
                      f"{s.get('n_pairs', 0):5} {number(s.get('auc_within_pairs')):22} {number(s.get('cllr'))}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('unmask')
    parser.add_argument('lists', nargs='*', default=[])
    parser.add_argument('--cache', default=os.path.join(ROOT, 'build', 'eval-cache'))
    parser.add_argument('--peers', action='store_true')
    parser.add_argument('--by', default='kind')
    o = parser.parse_args()
    for name in o.lists or LISTS:
        path, kind = LISTS[name]
        if not os.path.exists(path + '/labels.csv'):
            print(f'{name}: skipped, {path} is missing')
            continue
        signals = FACE + VOICE if kind == 'video' else VOICE if kind == 'sound' else FACE
        j = evaluate(o, path, signals, '--by', o.by)
        print(f"\n{name}, dev: {j['recordings']} recordings, {j['groups']} groups")
        print(f"{'':42} {'fake':>5} {'real':>5}  {'AUC':22} {'EER':22} pairs AUC within pairs       Cllr")
        for d in j['detectors']:
            show(d['name'], j, d['name'], True)
        for v in j['verdicts']:
            if v['field'] == 'all':
                print('verdicts: ' + json.dumps(v))
        for signal in signals if o.peers else []:
            for peer in PEERS.get(signal, []):
                with tempfile.TemporaryDirectory() as folder:
                    if folder_of_peer(peer, folder):
                        show(peer, evaluate(o, path, [signal], '--models', folder, '--max-seconds', '5'), signal, False)


if __name__ == '__main__':
    main()
