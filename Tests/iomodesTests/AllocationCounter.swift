import Foundation
import Glibc
import SystemCalls

/// A library that counts a client's allocations from within. It stores the number in a mapped file, which remains
/// however the program ends. Allocations that depend on time rather than operations are left out: those of the sampling
/// thread, and those of the answer, whose series grows with the window.
struct AllocationCounter {
  /// Nil where there is none.
  static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The optimised program; nil if it has not been built. Without optimisation, the compiler allocates what it should
  /// keep on the stack.
  static let program: String? = {
    let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    let path = root + "/.build/release/iomodes"
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// glibc's own functions, under the names that the dynamic linker finds first.
  private static let source = """
    #include <errno.h>
    #include <fcntl.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    extern void *__libc_malloc(size_t);
    extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);

    static unsigned long early, *count = &early;
    static int is_open;

    __attribute__((constructor)) static void map_count(void) {
      int file = open(getenv("ALLOCATION_COUNT"), O_RDWR);
      void *map = mmap(0, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (map == MAP_FAILED) abort();
      count = map;
    }

    /* What the client tells its control descriptor at the window's edges. */
    ssize_t write(int file, const void *bytes, size_t size) {
      if (file == 3) is_open = *(const char *)bytes == 'o';
      return syscall(SYS_write, file, bytes, size);
    }

    static void add(void) {
      if (!is_open) return;
      char thread[16] = "";
      prctl(PR_GET_NAME, thread);
      if (strcmp(thread, "monitor")) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    }

    void *malloc(size_t size) { add(); return __libc_malloc(size); }
    void *calloc(size_t number, size_t size) { add(); return __libc_calloc(number, size); }
    void *realloc(void *old, size_t size) { add(); return __libc_realloc(old, size); }
    void *memalign(size_t alignment, size_t size) { add(); return __libc_memalign(alignment, size); }
    void *aligned_alloc(size_t alignment, size_t size) { add(); return __libc_memalign(alignment, size); }
    int posix_memalign(void **result, size_t alignment, size_t size) {
      add();
      *result = __libc_memalign(alignment, size);
      return *result ? 0 : ENOMEM;
    }
    """

  private let folder: String
  private var library: String { folder + "/count.so" }
  private var file: String { folder + "/count" }

  /// - Parameter folder: where the library is built, and the number kept.
  init(in folder: String) async throws {
    self.folder = folder
    try Data(Self.source.utf8).write(to: URL(fileURLWithPath: folder + "/count.c"))
    let ending = try await Running(
      ["-O1", "-fno-builtin", "-shared", "-fPIC", "-o", library, "count.c"], of: Self.compiler ?? "", in: folder
    ).ended()
    guard ending.code == 0 else { throw Failure(what: ending.errors) }
  }

  struct Failure: Error { var what: String }

  /// Runs the client of a trial to its end.
  /// - Parameter plan: what it reads from its standard input.
  /// - Returns: what it prints, and how often it has allocated within the window.
  func count(clientOf plan: String) async throws -> (answer: String, allocations: UInt64) {
    try Data(count: 8).write(to: URL(fileURLWithPath: file))
    let (library, file, program) = (library, file, Self.program ?? "")
    let answer = try await withCheckedThrowingContinuation { (done: CheckedContinuation<String, any Error>) in
      do {
        // Not a thread of the pool: it waits.
        try Thread(name: "client") {
          done.resume(
            with: Result {
              let control = open("/dev/null", O_RDWR | O_CLOEXEC)
              defer { close(control) }
              let child = try ChildProcess(
                "/usr/bin/env",
                ["LD_PRELOAD=\(library)", "ALLOCATION_COUNT=\(file)", program, "--child-client"],
                control: control)
              child.send(plan)
              guard case .text(let answer) = child.readLine(timeout: 60_000), child.wait() == .exited(0) else {
                throw Failure(what: "the client did not answer")
              }
              return answer
            })
        }.detach()
      } catch {
        done.resume(throwing: error)
      }
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    return (answer, bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
  }
}
