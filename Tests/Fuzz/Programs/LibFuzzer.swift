import Foundation
import Glibc

// libFuzzer's entry points: `libfuzzer --target=request CORPUS-FOLDER -max_total_time=60`, where `mutate unpack` makes the
// folder of the corpus. libFuzzer leaves alone what begins with two dashes.

nonisolated(unsafe) private var target = FuzzTarget.request
nonisolated(unsafe) private var inputs = FuzzInputs(.request, corpus: [[0]], seed: 0)

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> CInt {
  for index in 0..<Int(count.pointee) {
    let word = String(cString: words.pointee[index])
    guard word.hasPrefix("--target=") else { continue }
    guard let named = FuzzTarget(rawValue: String(word.dropFirst("--target=".count))) else {
      fputs("there is no target \(word)\n", stderr)
      exit(2)
    }
    target = named
  }
  inputs = FuzzInputs(target, corpus: FuzzCorpus.inputs(of: target), seed: UInt64(getpid()))
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// Half of the inputs are changed by libFuzzer, which knows what they reach, and half by the mutators, which know the form.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
  guard seed & 1 == 0 else { return ownMutation(bytes, count, capacity) }
  let input = inputs.mutated(Array(UnsafeBufferPointer(start: bytes, count: count)))
  let length = min(input.count, capacity)
  input.withUnsafeBytes { if let start = $0.baseAddress { memcpy(bytes, start, length) } }
  return length
}

@_silgen_name("LLVMFuzzerMutate")
private func ownMutation(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int
