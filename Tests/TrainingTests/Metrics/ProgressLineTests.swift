// The progress line on a terminal and in a log file.
import Testing

@testable import Training

struct ProgressLineTests {
  final class Output {
    var text = ""
  }

  @Test func aLogGetsOneLineEveryFewSecondsAndOneAtTheEnd() {
    let output = Output()
    var line = ProgressLine(updates: 10, envSteps: 10_000_000, isTerminal: false, interval: 5) { output.text += $0 }
    for update in 1...10 {
      line.report(update: update, envStepsDone: update * 1_000_000, meanReturn: 2.914, at: Double(update) * 2)
    }
    line.finish()
    #expect(
      output.text == """
        update 1/10  mean return 2.91
        update 4/10  500.0 k env steps/s  mean return 2.91  12 s left
        update 7/10  500.0 k env steps/s  mean return 2.91  6 s left
        update 10/10  500.0 k env steps/s  mean return 2.91  0 s left

        """)
  }

  @Test func aTerminalKeepsRewritingOneLine() {
    let output = Output()
    var line = ProgressLine(updates: 2, envSteps: 200, isTerminal: true) { output.text += $0 }
    line.report(update: 1, envStepsDone: 100, meanReturn: nil, at: 0)
    line.report(update: 2, envStepsDone: 200, meanReturn: nil, at: 1)
    line.finish()
    #expect(output.text == "\r\u{1B}[Kupdate 1/2\r\u{1B}[Kupdate 2/2  100 env steps/s  0 s left\n")
  }

  @Test func theRateForgetsASlowStart() {
    let output = Output()
    var line = ProgressLine(updates: 200, envSteps: 200_000, isTerminal: false, interval: 0) { output.text = $0 }
    line.report(update: 1, envStepsDone: 0, meanReturn: nil, at: 0)
    for update in 2...100 {
      line.report(update: update, envStepsDone: update * 1000, meanReturn: nil, at: 1000 + Double(update))
    }
    #expect(output.text == "update 100/200  1.0 k env steps/s  1 m 40 s left\n")
  }

  @Test func magnitudesAndDurationsAreShort() {
    #expect(ProgressLine.magnitude(999) == "999")
    #expect(ProgressLine.magnitude(2_345_678) == "2.35 M")
    #expect(ProgressLine.magnitude(3e9) == "3.00 G")
    #expect(ProgressLine.duration(59) == "59 s")
    #expect(ProgressLine.duration(3700) == "1 h 1 m")
    #expect(ProgressLine.duration(200_000) == "2 d 7 h")
    #expect(ProgressLine.duration(.infinity).hasSuffix("h"))
  }
}
