import static org.junit.jupiter.api.Assertions.*;

import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestTest {
    @Test
    void theRest() throws Exception {
        var sms = SmsEmulator.create(Map.of("clock", "frozen"));
        sms.putRules(List.of(Map.of("name", "slow", "when", Map.of("operation", "send"), "then", Map.of("reports", Map.of("late", 60)))));
        try (InputStream answer = URI.create(sms.baseUrl + "/api/v2/send/?sender=smsoffice&destination=995577123456&content=a%22b%5C%E1%83%90&reference=r1&key=" + sms.account("smsoffice", "key")).toURL().openStream()) {
            answer.readAllBytes();
        }
        sms.advance(Duration.ofMillis(62_500));
        assertEquals("a\"b\\ა", sms.waitFor(1, Map.of("status", "delivered")).get(0).text());
        assertEquals(1, sms.callbacks(Map.of("accepted", true)).size());
        sms.close();
        assertEquals("no-such-sandbox", assertThrows(SmsEmulator.Refused.class, () -> sms.messages(Map.of())).code);
        var nobody = assertThrows(RuntimeException.class, () -> SmsEmulator.create(Map.of(), System.getenv("NOBODY"), null));
        assertTrue(nobody.getMessage().startsWith("no emulator answers at http"), nobody.getMessage());
    }
}
