import CHostSupport
import Foundation

/// What the host does in place of a kernel: a function that finds what the kernel has bound (`CHostKernels`).
public struct HostBody: Sendable {
  public typealias Function = @Sendable @convention(c) (UnsafePointer<HostArguments>?, UInt32, UInt32, UInt32) -> Void

  let function: Function
  /// Items of one piece of work; nil where all items of a run are one piece.
  let blockItems: Int?
  /// Multiply-adds per word of memory that the operation passes over: whether it is worth several threads.
  let operationsPerWord: Int

  public init(_ function: @escaping Function, blockItems: Int? = nil, operationsPerWord: Int = 1) {
    self.function = function
    self.blockItems = blockItems
    self.operationsPerWord = operationsPerWord
  }
}

/// A `HostBody` with its bindings: one operation on some runs.
///
/// Unchecked: it holds addresses of buffers that the recorder keeps alive, and never writes to itself.
public final class HostJob: @unchecked Sendable {
  let runs: Int
  /// Items of every run.
  public let items: Int
  private let body: HostBody
  private let operations: Int
  private let arguments: UnsafeMutablePointer<HostArguments>
  private let push: UnsafeMutableRawBufferPointer
  private let buffers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let macros: HostMacros

  init(
    _ body: HostBody, push bytes: UnsafeRawBufferPointer, buffers addresses: [UnsafeMutableRawPointer?],
    macros: HostMacros, runs: Int, items: Int, work: Work
  ) {
    self.body = body
    self.runs = runs
    self.items = items
    self.macros = macros
    operations = body.operationsPerWord * Int(work.total(.one).bytes / 4)
    push = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 4), alignment: 16)
    push.copyMemory(from: bytes)
    buffers = .allocate(capacity: max(addresses.count, 1))
    for (index, address) in addresses.enumerated() { (buffers + index).initialize(to: address) }
    arguments = .allocate(capacity: 1)
    arguments.initialize(
      to: HostArguments(
        push: UnsafeRawPointer(push.baseAddress), buffers: UnsafePointer(buffers), macro_names: macros.names,
        macro_values: macros.values, macro_count: macros.count))
  }

  deinit {
    arguments.deallocate()
    buffers.deallocate()
    push.deallocate()
  }

  /// Some items of one run, on this thread.
  ///
  /// - Precondition: The run and the items are among those that were bound; behind them is memory of others.
  public func callAsFunction(_ run: Int, _ items: Range<Int>) {
    precondition((0..<runs).contains(run) && items.upperBound <= self.items, "beyond what the operation was bound to")
    body.function(arguments, UInt32(run), UInt32(items.lowerBound), UInt32(items.upperBound))
  }

  /// All items of all runs, in pieces on several threads.
  func perform() {
    let block = body.blockItems ?? items
    let blocks = (items + block - 1) / block
    HostPieces.perform(runs * blocks, operations: operations) { piece in
      let (run, place) = piece.quotientAndRemainder(dividingBy: blocks)
      self(run, place * block..<min((place + 1) * block, items))
    }
  }
}

/// The macros of a kernel that are whole numbers, for its body.
final class HostMacros: @unchecked Sendable {
  let names: UnsafePointer<UnsafePointer<CChar>?>
  let values: UnsafePointer<UInt32>
  let count: Int

  /// - Parameter macros: Texts such as "8u"; texts that are not numbers are left out.
  init(_ macros: [(String, String)]) {
    let numbers = macros.compactMap { name, text in
      UInt32(text.hasSuffix("u") ? String(text.dropLast()) : text).map { (name, $0) }
    }
    count = numbers.count
    let names = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: max(count, 1))
    let values = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
    for (index, number) in numbers.enumerated() {
      (names + index).initialize(to: UnsafePointer(strdup(number.0)))
      (values + index).initialize(to: number.1)
    }
    self.names = UnsafePointer(names)
    self.values = UnsafePointer(values)
  }

  deinit {
    for index in 0..<count { free(UnsafeMutablePointer(mutating: names[index])) }
    names.deallocate()
    values.deallocate()
  }
}
