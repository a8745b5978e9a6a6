import edu.hm.hafner.analysis.FileReaderFactory;
import edu.hm.hafner.analysis.IssueParser;
import edu.hm.hafner.analysis.parser.checkstyle.CheckStyleParser;
import edu.hm.hafner.analysis.parser.violations.CodeClimateAdapter;
import edu.hm.hafner.analysis.parser.violations.JUnitAdapter;
import edu.hm.hafner.analysis.parser.violations.SarifAdapter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Prints how many findings Jenkins reads from each report: FORMAT FILE, and so on. */
class Read {
  public static void main(String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      var file = new FileReaderFactory(Path.of(args[i + 1]), StandardCharsets.UTF_8);
      System.out.println(args[i] + "\t" + parser(args[i]).parse(file).size());
    }
  }

  private static IssueParser parser(String format) {
    return switch (format) {
      case "checkstyle" -> new CheckStyleParser();
      case "codeclimate", "gitlab" -> new CodeClimateAdapter();
      case "junit" -> new JUnitAdapter();
      case "sarif" -> new SarifAdapter();
      default -> throw new IllegalArgumentException(format);
    };
  }
}
