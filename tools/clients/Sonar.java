import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.sonar.api.issue.impact.Severity;
import org.sonar.api.issue.impact.SoftwareQuality;
import org.sonar.api.rules.CleanCodeAttribute;

/**
 * Holds a generic issue report against the values of SonarQube's plugin API, and against what
 * its scanner refuses (ExternalIssueReportValidator of SonarQube 2025): a rule without id, name,
 * engine or impact, a rule twice, an issue of a rule that is not there, or without a place.
 */
class Sonar {
  public static void main(String[] args) throws Exception {
    var report = JsonParser.parseString(Files.readString(Path.of(args[0]))).getAsJsonObject();
    var ids = new HashSet<String>();
    for (var e : report.getAsJsonArray("rules")) {
      var rule = e.getAsJsonObject();
      text(rule, "name");
      text(rule, "engineId");
      CleanCodeAttribute.valueOf(text(rule, "cleanCodeAttribute"));
      var impact = rule.getAsJsonArray("impacts").get(0).getAsJsonObject();
      Severity.valueOf(text(impact, "severity"));
      SoftwareQuality.valueOf(text(impact, "softwareQuality"));
      check(ids.add(text(rule, "id")), "twice: " + rule);
    }
    var issues = report.getAsJsonArray("issues");
    for (var e : issues) {
      var issue = e.getAsJsonObject();
      check(ids.contains(text(issue, "ruleId")), "unknown rule: " + issue);
      check(!issue.has("severity") && !issue.has("type"), "fields of the old format: " + issue);
      var at = issue.getAsJsonObject("primaryLocation");
      text(at, "filePath");
      text(at, "message");
      check(at.getAsJsonObject("textRange").get("startLine").getAsInt() > 0, "no line: " + issue);
    }
    System.out.println("sonarqube\t" + issues.size());
  }

  private static String text(JsonObject o, String name) {
    check(o.has(name) && !o.get(name).getAsString().isEmpty(), "no " + name + ": " + o);
    return o.get(name).getAsString();
  }

  private static void check(boolean ok, String what) {
    if (!ok) {
      throw new IllegalStateException(what);
    }
  }
}
