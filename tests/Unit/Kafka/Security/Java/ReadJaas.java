import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** Reads JAAS lines (in base64, one a line) with the tokenizer and the settings that Kafka's client uses, and prints the options, in base64 too. */
public class ReadJaas {
    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.US_ASCII);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(read(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8)));
        }
        out.flush();
    }

    private static String read(String line) throws IOException {
        var tokenizer = new StreamTokenizer(new StringReader(line));
        tokenizer.slashSlashComments(true);
        tokenizer.slashStarComments(true);
        tokenizer.wordChars('-', '-');
        tokenizer.wordChars('_', '_');
        tokenizer.wordChars('$', '$');
        tokenizer.nextToken();
        if (tokenizer.ttype != StreamTokenizer.TT_WORD || tokenizer.nextToken() != StreamTokenizer.TT_WORD) {
            return "refused";
        }
        var options = new StringJoiner(" ");
        while (tokenizer.nextToken() != StreamTokenizer.TT_EOF && tokenizer.ttype != ';') {
            String key = tokenizer.sval;
            if (key == null || tokenizer.nextToken() != '=' || tokenizer.nextToken() == StreamTokenizer.TT_EOF || tokenizer.sval == null) {
                return "refused";
            }
            options.add(encode(key) + "=" + encode(tokenizer.sval));
        }
        return tokenizer.ttype == ';' ? "read " + options : "refused";
    }

    /** Base64 without padding, so that the first equals sign ends the key. */
    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
