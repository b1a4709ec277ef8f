import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SmsTest {
    MockGateway mock;
    Sms sms;

    @BeforeEach
    void open() throws Exception {
        mock = new MockGateway(System.getenv("WINNERLOOK_ENDPOINT"));
        sms = new Sms(mock.endpoint, mock.userCode, mock.userPass, false);
    }

    @AfterEach
    void close() throws Exception {
        assertEquals(List.of(), mock.warnings());
        mock.close();
    }

    @Test
    void theCodeReachesTheCustomer() throws Exception {
        String batch = sms.send("13900000000", "您的验证码是:2345【测试】", "order-42");
        JsonObject message = mock.waitFor("13900000000");
        assertEquals("2345", message.get("otp").getAsString());
        assertEquals(batch, message.get("batch_number").getAsString());
        assertEquals("order-42", message.get("customer_uuid").getAsString());
    }

    @Test
    void aLowBalanceIsTold() throws Exception {
        mock.refuseNext("SendMsg", -7);
        var refused = assertThrows(Sms.RefusedException.class, () -> sms.send("13900000000", "您的验证码是:2345【测试】", null));
        assertEquals(-7, refused.code);
    }
}
