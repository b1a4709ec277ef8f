import java.net.URL;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.ws.BindingProvider;
import winnerlook.trigger.Trigger;
import winnerlook.trigger.TriggerSoap;

/** The trigger interface with JAX-WS; wsimport makes the package winnerlook.trigger of the WSDL. */
public class Sms {
    /** A result that is a lone negative number is a failure code: the gateway answers no SOAP fault. */
    public static class RefusedException extends Exception {
        static final Map<Integer, String> MEANINGS = Map.of(
            -1, "application error: look whether the SMS went out before you send it again",
            -3, "wrong user name or password",
            -7, "balance too low: top up, then send again",
            -9, "invalid number: correct it, sending again will not help",
            -16, "called too often: wait, then call again",
            -23, "submitInfo cannot be decrypted: look at key, padding and charset");
        public final int code;

        RefusedException(int code) {
            super(code + " " + MEANINGS.getOrDefault(code, "see the table of codes in the gateway's document"));
            this.code = code;
        }
    }

    public record Report(String batch, String phone, String time, String status, String customerUuid) {}

    public record Reply(String phone, String text, String time, String sender, String customerUuid) {}

    // A reply's text is whatever somebody typed, separators included: what stands around it has to find its ends.
    private static final Pattern REPLY = Pattern.compile(
        "(\\d+)\\|,\\|(.*?)\\|,\\|(\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d)\\|,\\|(.*?)\\|,\\|(.*?)(?:\\|;\\||$)", Pattern.DOTALL);
    private static final Charset GBK = Charset.forName("GBK");

    private final TriggerSoap port;
    private final String userCode, userPass;

    public Sms(String endpoint, String userCode, String userPass, boolean soap12) throws Exception {
        this.userCode = userCode;
        this.userPass = userPass;
        String address = endpoint + "/winnerrxd/api/ws/trigger";
        Trigger service = new Trigger(new URL(address + "?wsdl"));
        port = soap12 ? service.getTriggerSoap12() : service.getTriggerSoap();
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
        // A send that timed out may have been carried out: never repeat it unasked.
        context.put("com.sun.xml.ws.connect.timeout", 5_000);
        context.put("com.sun.xml.ws.request.timeout", 30_000);
    }

    public String balance() throws RefusedException {
        return result(port.getBalanceConnect(userCode, userPass));
    }

    public String send(String phone, String text, String customerUuid) throws RefusedException {
        return result(port.sendMsg(userCode, userPass, phone, text, null, customerUuid, null));
    }

    public String sendEach(Map<String, String> texts) throws RefusedException {
        String pairs = texts.entrySet().stream().map(one -> one.getKey() + "|~|" + one.getValue()).collect(Collectors.joining("|-|"));
        return result(port.sendIndividualMsg(userCode, userPass, pairs, null, null));
    }

    public String sendEncrypted(String phone, String text) throws Exception {
        String plain = "userPass=" + userPass + "&DesNo=" + phone + "&Msg=" + text + "&smsType=101&Channel=0";
        return result(port.sendMsgByEncrypt(userCode, encrypt(plain), null));
    }

    public List<Report> reports() throws RefusedException {
        return Pattern.compile("\\|").splitAsStream(result(port.getReport2Connect(userCode, userPass))).filter(one -> !one.isBlank())
            .map(one -> one.split(",", -1)).map(f -> new Report(f[0].strip(), f[1].strip(), f[2].strip(), f[3].strip(), f[4].strip())).toList();
    }

    public List<Reply> replies() throws RefusedException {
        return REPLY.matcher(result(port.getMo2Connect(userCode, userPass))).results()
            .map(f -> new Reply(f.group(1), f.group(2), f.group(3), f.group(4), f.group(5))).toList();
    }

    /** submitInfo: DES in CBC mode, the text in GBK, key and IV the first 8 characters of the password's SHA-1 in upper-case hex. */
    String encrypt(String plain) throws Exception {
        byte[] key = hex(MessageDigest.getInstance("SHA-1").digest(userPass.getBytes(StandardCharsets.UTF_8))).substring(0, 8).getBytes();
        Cipher des = Cipher.getInstance("DES/CBC/PKCS5Padding");
        des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"), new IvParameterSpec(key));
        return hex(des.doFinal(plain.getBytes(GBK)));
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private static String result(String given) throws RefusedException {
        if (given != null && given.matches("-\\d+")) throw new RefusedException(Integer.parseInt(given));
        return given == null ? "" : given;
    }
}
