import Testing

@testable import VulkanCompute

@Suite struct TextTableTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = TextTable(header: ["kernel", "calls", "s"])
    table.append(["adam", "12", "0.25"])
    table.append(["dense_forward", "4", "1"])
    #expect(
      table.text == """
        kernel         calls     s
        --------------------------
        adam              12  0.25
        dense_forward      4     1

        """)
  }

  @Test func linesEndWithoutSpaces() {
    var table = TextTable([.left])
    table.append(["a", "bcd", "e"])
    table.append(["ab", "c", ""])
    #expect(table.lines == ["a   bcd  e", "ab  c"])
    #expect(TextTable().lines == [])
  }
}
