/* SPDX-License-Identifier: GPL-3.0-or-later */
// Networks from a text in ONNX Runtime: every output beside ours, the largest difference as a part of the largest answer.
//   cd DIR_WITH_node_modules && node arch_ort.js UNMASK NET.net...
// Exit status 1 when one is above 1e-4.
const fs = require('fs'), os = require('os'), path = require('path');
const {execFileSync} = require('child_process');
const ort = require(path.resolve('node_modules/onnxruntime-node'));
const [unmask, ...nets] = process.argv.slice(2);
const FREE = [1, 0, 160, 160]; // free dimensions become these

function varint(v) {
  const bytes = [];
  for (; v > 127; v = Math.floor(v / 128)) bytes.push(v % 128 | 128);
  return Buffer.from([...bytes, v]);
}

function tensorFile(dims, data) {
  const shape = dims.map(d => Buffer.concat([Buffer.from([0x08]), varint(d)]));
  return Buffer.concat([...shape, Buffer.from([0x10, 1, 0x4a]), varint(data.length * 4), Buffer.from(data.buffer)]);
}

// The raw data of a TensorProto: the last bytes of its file, as many as the shape says.
function tensorData(file, count) {
  const bytes = fs.readFileSync(file), at = bytes.indexOf(Buffer.concat([Buffer.from([0x4a]), varint(count * 4)]));
  const from = at + 1 + varint(count * 4).length;
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + from + count * 4));
}

(async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'unmask-'));
  let failed = false;
  for (const net of nets) {
    const about = JSON.parse(execFileSync(unmask, ['model', '--json', net]));
    const dims = about.inputs[0].shape.map((d, i) => d === null ? FREE[i] : d);
    const x = Float32Array.from({length: dims.reduce((a, b) => a * b, 1)}, (_, i) => Math.sin(i * 12.9898) * 43758.5453 % 1);
    const input = path.join(dir, 'in.pb'), onnx = path.join(dir, 'net.onnx');
    fs.writeFileSync(input, tensorFile(dims, x));
    execFileSync(unmask, ['model', net, '--onnx', onnx, '--run', input, '--out', dir]);
    const session = await ort.InferenceSession.create(onnx, {logSeverityLevel: 2});
    const theirs = await session.run({[about.inputs[0].name]: new ort.Tensor('float32', x, dims)});
    let worst = 0;
    about.outputs.forEach((output, k) => {
      const b = theirs[output.name].data, a = tensorData(path.join(dir, `output_${k}.pb`), b.length);
      let most = 1e-30, error = 0;
      for (let i = 0; i < b.length; i++) {
        most = Math.max(most, Math.abs(b[i]));
        error = Math.max(error, Math.abs(a[i] - b[i]));
        if (!(Math.abs(a[i] - b[i]) >= 0)) error = Infinity;
      }
      worst = Math.max(worst, error / most);
    });
    console.log(`${path.basename(net).padEnd(20)} ${about.outputs.length} outputs, worst ${worst.toExponential(1)}`);
    failed = failed || worst > 1e-4;
  }
  fs.rmSync(dir, {recursive: true});
  process.exit(failed ? 1 : 0);
})();
