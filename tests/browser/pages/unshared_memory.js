// No memory can be shared from here on.
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(about) {
    if (about.shared) throw new RangeError('no room');
    super(about);
  }
};
