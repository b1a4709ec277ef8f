<?php
declare(strict_types=1);

/** A result that is a lone negative number is a failure code: the gateway answers no SOAP fault. */
class SmsRefused extends RuntimeException
{
    private const MEANINGS = [
        -1 => 'application error: look whether the SMS went out before you send it again',
        -3 => 'wrong user name or password',
        -7 => 'balance too low: top up, then send again',
        -9 => 'invalid number: correct it, sending again will not help',
        -16 => 'called too often: wait, then call again',
        -23 => 'submitInfo cannot be decrypted: look at key, padding and charset',
    ];

    public function __construct(int $code)
    {
        parent::__construct($code . ' ' . (self::MEANINGS[$code] ?? "see the table of codes in the gateway's document"), $code);
    }
}

/** The trigger interface with PHP's SoapClient. */
final class Sms
{
    private const PATH = '/winnerrxd/api/ws/trigger';

    private SoapClient $soap;

    public function __construct(string $endpoint, private string $userCode, private string $userPass, int $version = SOAP_1_1)
    {
        // A send that timed out may have been carried out: never repeat it unasked.
        ini_set('default_socket_timeout', '30');
        $this->soap = new SoapClient($endpoint . self::PATH . '?wsdl', [
            'location' => $endpoint . self::PATH,
            'soap_version' => $version,
            'cache_wsdl' => WSDL_CACHE_NONE,
            'connection_timeout' => 5,
            'keep_alive' => false,
        ]);
    }

    public function balance(): string
    {
        return $this->call('GetBalanceConnect', ['userPass' => $this->userPass]);
    }

    public function send(string $phone, string $text, string $customerUuid = ''): string
    {
        $parameters = ['userPass' => $this->userPass, 'DesNo' => $phone, 'Msg' => $text, 'customerUuid' => $customerUuid];
        return $this->call('SendMsg', $parameters);
    }

    /** @param array<string, string> $texts by phone number */
    public function sendEach(array $texts): string
    {
        $pairs = array_map(fn($phone, $text) => "$phone|~|$text", array_keys($texts), $texts);
        return $this->call('SendIndividualMsg', ['userPass' => $this->userPass, 'Msg' => implode('|-|', $pairs)]);
    }

    public function sendEncrypted(string $phone, string $text): string
    {
        $plain = "userPass={$this->userPass}&DesNo=$phone&Msg=$text&smsType=101&Channel=0";
        return $this->call('sendMsgByEncrypt', ['submitInfo' => $this->encrypt($plain)]);
    }

    /** @return list<array{batch: string, phone: string, time: string, status: string, customerUuid: string}> */
    public function reports(): array
    {
        $groups = array_filter(explode('|', $this->call('GetReport2Connect', ['userPass' => $this->userPass])), 'trim');
        $names = ['batch', 'phone', 'time', 'status', 'customerUuid'];
        return array_values(array_map(fn($group) => array_combine($names, array_map('trim', explode(',', $group))), $groups));
    }

    /** @return list<array{phone: string, text: string, time: string, sender: string, customerUuid: string}> */
    public function replies(): array
    {
        // A reply's text is whatever somebody typed, separators included: what stands around it has to find its ends.
        $reply = '/(?<phone>\d+)\|,\|(?<text>.*?)\|,\|(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d)\|,\|(?<sender>.*?)\|,\|(?<customerUuid>.*?)(?:\|;\||$)/su';
        preg_match_all($reply, $this->call('GetMo2Connect', ['userPass' => $this->userPass]), $found, PREG_SET_ORDER);
        return array_map(fn($one) => array_filter($one, 'is_string', ARRAY_FILTER_USE_KEY), $found);
    }

    /** submitInfo: DES in CBC mode, the text in GBK, key and IV the first 8 characters of the password's SHA-1 in upper-case hex. */
    public function encrypt(string $plain): string
    {
        $key = substr(strtoupper(sha1($this->userPass)), 0, 8);
        // OpenSSL 3 has put DES aside; triple DES with the same key three times is DES.
        $des = openssl_encrypt(iconv('UTF-8', 'GBK', $plain), 'des-ede3-cbc', str_repeat($key, 3), OPENSSL_RAW_DATA, $key);
        return strtoupper(bin2hex($des));
    }

    private function call(string $operation, array $parameters): string
    {
        $answer = $this->soap->__soapCall($operation, [['userCode' => $this->userCode] + $parameters]);
        $result = $answer->{$operation . 'Result'} ?? '';
        if (preg_match('/^-\d+$/', $result)) {
            throw new SmsRefused((int) $result);
        }
        return $result;
    }
}
