/// The numbers of the fields of ONNX's messages that `ONNXFile` writes, from onnx.proto of ONNX 1.23
/// (https://github.com/onnx/onnx), whose comments say what they mean.
enum ONNXSchema {
  /// ModelProto
  enum Model {
    static let irVersion = 1
    static let producerName = 2
    static let graph = 7
    static let operatorSets = 8  // opset_import
    static let metadata = 14  // metadata_props
  }
  /// OperatorSetIdProto
  enum OperatorSet {
    /// Empty for ONNX's own operators.
    static let domain = 1
    static let version = 2
  }
  /// StringStringEntryProto
  enum Entry {
    static let key = 1
    static let value = 2
  }
  /// GraphProto
  enum Graph {
    static let nodes = 1
    static let name = 2
    static let initializers = 5
    static let inputs = 11
    static let outputs = 12
  }
  /// NodeProto
  enum Node {
    static let input = 1
    static let output = 2
    static let name = 3
    static let operatorType = 4  // op_type
    static let attribute = 5
  }
  /// AttributeProto
  enum Attribute {
    static let name = 1
    static let number = 2  // f
    static let integer = 3  // i
    static let type = 20
    /// AttributeType.FLOAT
    static let numberType = 1
    /// AttributeType.INT
    static let integerType = 2
  }
  /// TensorProto
  enum Tensor {
    static let dimensions = 1  // dims
    static let elementType = 2  // data_type
    static let name = 8
    /// Little-endian, row-major.
    static let rawData = 9
  }
  /// ValueInfoProto
  enum Value {
    static let name = 1
    static let type = 2
  }
  /// TypeProto, and TypeProto.Tensor in its field `tensor`
  enum ValueType {
    static let tensor = 1  // tensor_type
    static let elementType = 1  // elem_type
    static let shape = 2
  }
  /// TensorShapeProto, and TensorShapeProto.Dimension in its field `dimension`
  enum Shape {
    static let dimension = 1  // dim
    static let length = 1  // dim_value
    /// A name for a length that is free.
    static let name = 2  // dim_param
  }
}
