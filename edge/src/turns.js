// One socket to PostgreSQL, spoken through in turns.
//
// Whatever WebAssembly awaits costs it a promise and two closures, and each chunk of a stream would be one. So the chunks
// are awaited here, until it is not the server's turn any more, and handed over as one.

const ASKS = 'R'.charCodeAt(0)
const READY = 'Z'.charCodeAt(0)

// Of what begins with R, these say that the client is in, or that its proof was good: more follows by itself.
const IS_IN = [0, 12]

export class Line {
  constructor(hyperdrive) {
    const socket = hyperdrive.connect()
    this.reader = socket.readable.getReader()
    this.writer = socket.writable.getWriter()
  }

  // Sends something on its way. What cannot be sent is not answered either, which hearing tells.
  say(words) {
    // The memory of WebAssembly is its own.
    this.writer.write(words.slice()).catch(() => {})
  }

  // All that the server says before it waits; less where it hangs up, and nothing after that.
  async hear() {
    const heard = new Heard()
    while (!heard.isWhole()) {
      const { done, value } = await this.reader.read()
      if (done) break
      heard.add(value)
    }
    return heard.bytes()
  }

  close() {
    this.writer.close().catch(() => {})
  }
}

// What the server has said so far.
class Heard {
  buffer = new Uint8Array(0)
  length = 0
  // Where the first message begins that is not looked at yet.
  next = 0

  add(chunk) {
    const length = this.length + chunk.length
    if (this.length === 0) {
      this.buffer = chunk
    } else {
      if (length > this.buffer.length) {
        const room = new Uint8Array(2 * length)
        room.set(this.bytes())
        this.buffer = room
      }
      this.buffer.set(chunk, this.length)
    }
    this.length = length
  }

  bytes() {
    return this.buffer.subarray(0, this.length)
  }

  // Is it somebody else's turn?
  isWhole() {
    const { buffer, byteOffset } = this.buffer
    const view = new DataView(buffer, byteOffset, this.length)
    while (this.next + 5 <= this.length) {
      const kind = view.getUint8(this.next)
      const end = this.next + 1 + view.getUint32(this.next + 1)
      if (end > this.length) return false
      if (kind === READY || (kind === ASKS && !IS_IN.includes(view.getUint32(this.next + 5)))) return true
      this.next = end
    }
    return false
  }
}
