// The lint that looks for unchecked size arithmetic in src/ops.
import { unchecked } from '../../tools/check/sizes.mjs';

test.each([
  ['const int64_t bytes = n * 4;'],
  ['r.scratch(rows * columns);'],
  ['r.scratch(SMW_TRY(mul(rows + border, 4)));'],
  ['auto b = Buffer::tryAllocate(\n    n * 8);'],
  ['dims.push_back(in[i] * times[i]);'],
  ['dims[0] = in[0] * blocks;'],
  ['totalBytes += n;'],
  ['const int64_t x = s.numElements() * width;'],
  ['return Shape({a + b});'],
])('reported: %s', (line) => expect(unchecked(`f();\n${line}\n`)).toHaveLength(1));

test.each([
  ['const int64_t bytes = SMW_TRY(mul(n, 4));'],
  ['const int64_t inner = s.product(axis + 1, s.rank());'],
  ['const int64_t bytes = n * 4;  // fits: n is a rank'],
  ['// fits: n is a rank\nconst int64_t bytes = n * 4;'],
  ['const float* size = *pointer;'],
  ['dims.push_back(in[2 * i]);'],
  ['const int64_t bytes = (n / kAlign) * kAlign;'],
  ['r.addOutput(t, [&](int i) { return a[i] * b; });'],
  ['fail("bytes = a * b");  // bytes = a * b'],
])('let pass: %s', (line) => expect(unchecked(line)).toEqual([]));
