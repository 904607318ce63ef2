import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/** {@code Validate ua1,2a FILE...}: one line of JSON for each file and profile, in that order. */
public final class Validate {
    private static final int ALL_FAILURES = -1;

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        ObjectMapper json = new ObjectMapper();
        for (String path : List.of(arguments).subList(1, arguments.length)) {
            for (String profile : arguments[0].split(",")) {
                Map<String, Object> line = new LinkedHashMap<>(Map.of("path", path, "profile", profile));
                try {
                    line.putAll(verdict(new File(path), PDFAFlavour.fromString(profile)));
                } catch (Exception error) {
                    line.put("error", error.toString());
                }
                System.out.println(json.writeValueAsString(line));
            }
        }
    }

    private static Map<String, Object> verdict(File file, PDFAFlavour profile) throws Exception {
        var foundry = Foundries.defaultInstance();
        try (var parser = foundry.createParser(file, profile);
                var validator = foundry.createValidator(profile, ALL_FAILURES, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            return Map.of(
                    "compliant", result.isCompliant(),
                    "checks", result.getTotalAssertions(),
                    "failures", failures(result));
        }
    }

    /** Return each broken rule once, with how often it was broken and where first. */
    private static List<Map<String, Object>> failures(ValidationResult result) {
        Map<RuleId, TestAssertion> first = new LinkedHashMap<>();
        result.getTestAssertions().forEach(assertion -> first.putIfAbsent(assertion.getRuleId(), assertion));
        List<Map<String, Object>> failures = new ArrayList<>();
        result.getFailedChecks().forEach((rule, count) -> failures.add(Map.of(
                "clause", rule.getClause(), "test", rule.getTestNumber(), "count", count,
                "description", first.containsKey(rule) ? String.valueOf(first.get(rule).getMessage()) : "")));
        return failures;
    }
}
