// The wire format of protocol buffers: examples of its specification, and every kind of field read back.
import Foundation
import TestSupport
import Testing

@testable import Files

struct ProtobufMessageTests {
  /// https://protobuf.dev/programming-guides/encoding: `Test1 {a: 150}`, `Test2 {b: "testing"}`, `Test3 {c {a: 150}}`, -2.
  @Test func theExamplesOfTheSpecificationAreWritten() {
    var test1 = ProtobufMessage()
    test1.add(1, 150)
    #expect(Array(test1.data) == [0x08, 0x96, 0x01])
    var test2 = ProtobufMessage()
    test2.add(2, "testing")
    #expect(Array(test2.data) == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    var test3 = ProtobufMessage()
    test3.add(3, test1)
    #expect(Array(test3.data) == [0x1a, 0x03, 0x08, 0x96, 0x01])
    var negative = ProtobufMessage()
    negative.add(1, -2)
    #expect(Array(negative.data) == [0x08, 0xfe] + Array(repeating: 0xff, count: 8) + [0x01])
  }

  @Test func everyKindOfFieldReadsBack() throws {
    var message = ProtobufMessage()
    for value in [0, 127, 128, .max, .min] { message.add(1, value) }
    message.add(2, Float(0.1))
    message.add(2, -Float.infinity)
    message.add(300, 0.1)
    message.add(4, Data())
    message.add(4, Data(repeating: 7, count: 300))
    message.add(5, "naïve")
    let read = try ProtobufReader(message.data)
    #expect(try read.integers(1) == [0, 127, 128, .max, .min])
    #expect(try read.floats(2) == [0.1, -.infinity])
    #expect(try read.doubles(300) == [0.1])
    #expect(try read.data(4) == [Data(), Data(repeating: 7, count: 300)])
    #expect(try read.texts(5) == ["naïve"])
  }
}
