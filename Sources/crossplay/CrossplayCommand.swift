@main struct CrossplayCommand { static func main() {} }
