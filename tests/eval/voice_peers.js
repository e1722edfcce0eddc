/* SPDX-License-Identifier: GPL-3.0-or-later */
// What published voice detectors say, run by ONNX Runtime, for voice_peers.py.
// voice_peers.js MODELS NAME,...: reads lines "condition TAB path TAB file", the file what is heard (float32); writes
// "condition TAB path TAB name TAB score TAB CPU seconds" as each is done; a higher score is faker. MODELS/golden
// judges the networks first.
const path = require('path');
const fs = require('fs');
const ort = require(path.resolve('node_modules/onnxruntime-node'));
const [models, names] = process.argv.slice(2);

async function load(name) {
  const golden = JSON.parse(fs.readFileSync(`${models}/golden/${name}.json`));
  const session = await ort.InferenceSession.create(`${models}/${golden.model}`,
    {intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3});
  const detector = {name, session, samples: golden.inputs[0].shape[1]};
  const {seed, lo, hi} = golden.inputs[0], want = floats(fs.readFileSync(`${models}/golden/${golden.outputs[0].file}`));
  const got = await answer(detector, splitmix(BigInt(seed), detector.samples, lo, hi));
  want.forEach((v, i) => {
    if (!(Math.abs(v - got[i]) <= 1e-3 * Math.max(1, Math.abs(v)))) throw new Error(`${name}: ${got[i]} for ${v}`);
  });
  return detector;
}

const floats = (b) => new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + (b.length & ~3)));

function splitmix(state, n, lo, hi) { // the golden input, see the README of the models
  const wrap = (v) => BigInt.asUintN(64, v);
  return Float32Array.from({length: n}, () => {
    state = wrap(state + 0x9E3779B97F4A7C15n);
    let z = wrap((state ^ state >> 30n) * 0xBF58476D1CE4E5B9n);
    z = wrap((z ^ z >> 27n) * 0x94D049BB133111EBn);
    z ^= z >> 31n;
    return lo + (hi - lo) * (Number(z >> 40n) / 2 ** 24);
  });
}

async function answer(detector, samples) {
  const feed = {[detector.session.inputNames[0]]: new ort.Tensor('float32', samples, [1, detector.samples])};
  return (await detector.session.run(feed))[detector.session.outputNames[0]].data;
}

(async () => {
  const detectors = [];
  for (const name of names.split(',')) detectors.push(await load(name));
  for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    const [condition, recording, file] = line.split('\t'), heard = floats(fs.readFileSync(file));
    for (const d of detectors) {
      const samples = Float32Array.from({length: d.samples}, (_, i) => heard[i % heard.length]), before = process.cpuUsage();
      const said = await answer(d, samples), used = process.cpuUsage(before);
      const score = said.length === 2 ? said[0] - said[1] : -said[0]; // logits of fake, real; or one of real
      console.log([condition, recording, d.name, score, ((used.user + used.system) / 1e6).toFixed(3)].join('\t'));
    }
  }
})();
