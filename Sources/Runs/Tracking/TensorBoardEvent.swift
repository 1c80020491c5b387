import Configuration
import Files
import Foundation

/// One entry of an event file: scalars or a text, at a step of a run.
///
/// Numbers of fields are those of TensorFlow's event.proto, summary.proto and tensor.proto.
struct TensorBoardEvent {
  private var message = ProtobufMessage()

  /// The first of a file.
  static func begin(wallTime: Double) -> TensorBoardEvent {
    var event = TensorBoardEvent(wallTime: wallTime, step: 0)
    event.message.add(3, "brain.Event:2")  // file_version
    return event
  }

  private init(wallTime: Double, step: Int) {
    message.add(1, wallTime)
    message.add(2, step)
  }

  /// - Parameter wallTime: In seconds since 1970.
  init(wallTime: Double, step: Int, scalars: [(tag: String, value: Float)]) {
    self.init(wallTime: wallTime, step: step)
    var summary = ProtobufMessage()
    for (tag, scalar) in scalars {
      var value = ProtobufMessage()
      value.add(1, tag)
      value.add(2, scalar)  // simple_value
      summary.add(1, value)
    }
    message.add(5, summary)
  }

  /// - Parameter markdown: Shown under `tag` among the texts.
  init(wallTime: Double, tag: String, markdown: String) {
    self.init(wallTime: wallTime, step: 0)
    var plugin = ProtobufMessage()
    plugin.add(1, "text")
    var metadata = ProtobufMessage()
    metadata.add(1, plugin)
    var dimension = ProtobufMessage()
    dimension.add(1, 1)
    var shape = ProtobufMessage()
    shape.add(2, dimension)
    var tensor = ProtobufMessage()
    tensor.add(1, 7)  // DT_STRING
    tensor.add(2, shape)
    tensor.add(8, markdown)  // string_val
    var value = ProtobufMessage()
    value.add(1, tag)
    value.add(8, tensor)
    value.add(9, metadata)
    var summary = ProtobufMessage()
    summary.add(1, value)
    message.add(5, summary)
  }

  var record: Data { EventRecord.data(message) }
}
