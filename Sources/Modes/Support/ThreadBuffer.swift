import Glibc

/// The calling thread's receive buffer: allocated at first use and freed when the thread ends. It must not be held
/// across a suspension.
enum ThreadBuffer {
  static let size = 64 << 10

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()

  static var current: UnsafeMutableRawBufferPointer {
    if let base = pthread_getspecific(key) { return UnsafeMutableRawBufferPointer(start: base, count: size) }
    let base = malloc(size)!
    pthread_setspecific(key, base)
    return UnsafeMutableRawBufferPointer(start: base, count: size)
  }
}
