/* SPDX-License-Identifier: GPL-3.0-or-later */
// The same network in ONNX Runtime: fastest and median of 15 calls on one and two threads.
const path = require('path');
const ort = require(path.resolve('node_modules/onnxruntime-node'));
const file = process.argv[2];
const known = {
  'yunet_n_640': [1, 3, 640, 640], 'ultralight_rfb_320': [1, 3, 240, 320], 'peppa_slim68_160': [1, 3, 160, 160],
  'tddfa_v2_mb05_lm68': [1, 3, 120, 120], 'facemesh468_192': [1, 3, 192, 192], 'mobilefacenet_112': [1, 3, 112, 112],
  'meso4_df': [1, 3, 256, 256],
};
(async () => {
  const dims = known[path.basename(file, '.onnx')];
  const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
  for (const threads of [1, 2]) {
    const session = await ort.InferenceSession.create(file, {
      intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3,
    });
    const feeds = {[session.inputNames[0]]: new ort.Tensor('float32', data, dims)};
    await session.run(feeds);
    const ms = [], cpu = [];
    for (let i = 0; i < 15; i++) {
      const before = process.cpuUsage(), start = process.hrtime.bigint();
      await session.run(feeds);
      ms.push(Number(process.hrtime.bigint() - start) / 1e6);
      const used = process.cpuUsage(before);
      cpu.push((used.user + used.system) / 1e3);
    }
    for (const a of [ms, cpu]) a.sort((x, y) => x - y);
    console.log(`    ONNX Runtime ${threads}: ${ms[7].toFixed(3)} ms (fastest ${ms[0].toFixed(3)}), ` +
      `processor ${cpu[7].toFixed(3)}`);
  }
})();
