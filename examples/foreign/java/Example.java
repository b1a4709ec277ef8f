import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Sends, fetches what became of it, and meets a failure code. Settings come from the environment: there is no default address. */
public class Example {
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean soap12 = "soap12".equals(System.getenv("WINNERLOOK_BINDING"));
        Sms sms = new Sms(setting("WINNERLOOK_ENDPOINT"), setting("WINNERLOOK_USER_CODE"), setting("WINNERLOOK_USER_PASS"), soap12);

        out.println("balance: " + sms.balance());
        out.println("sent: " + sms.send("13900000000", "您的验证码是:2345【测试】", "order-42"));
        Map<String, String> texts = Map.of("13900000001", "张三您好,订单已发货【测试】", "13900000002", "李四您好,订单已签收【测试】");
        out.println("sent each: " + sms.sendEach(new TreeMap<>(texts)));
        out.println("sent encrypted: " + sms.sendEncrypted("13900000003", "消费100元,余额=900&积分=5【测试】"));

        for (Sms.Report report : sms.reports()) out.println("report: " + report.batch() + " " + report.status() + " " + report.customerUuid());
        for (Sms.Reply reply : sms.replies()) out.println("reply: " + reply.text());

        try {
            sms.send("19900000007", "您的验证码是:2345【测试】", null); // the mock refuses this number with -7
        } catch (Sms.RefusedException refused) {
            out.println("refused: " + refused.getMessage());
        }
    }

    private static String setting(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) throw new IllegalStateException("set " + name + ", for instance WINNERLOOK_ENDPOINT=http://127.0.0.1:8118");
        return value;
    }
}
