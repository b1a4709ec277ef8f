"""The code in a verification SMS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook_mock import otp_in

TEXTS = [
    ("您的验证码是:2345【测试】", "2345"),
    ("你的验证码是:2345【饿了么】", "2345"),
    ("【某某银行】您正在登录手机银行，验证码：839201，5分钟内有效，请勿泄露。", "839201"),
    ("【网购】验证码 5523，您正在修改密码，切勿告知他人", "5523"),
    ("483920（动态验证码），30分钟内有效【出行】", "483920"),
    ("123456为您的登录验证码，请于2分钟内填写。如非本人操作，请忽略本短信。", "123456"),
    ("您的动态码为：８８３１２４，请在10分钟内输入【全角】", "883124"),
    ("校验码：A7K9Q2，请勿转发【会员】", "A7K9Q2"),
    ("【2345网址】您的校验码为7781", "7781"),
    ("【支付】您尾号1234的储蓄卡正在支付1999元，动态密码550312，请勿告诉任何人。", "550312"),
    ("【支付】您于2026年11月23日消费￥5000.00，短信验证码：061233。如有疑问请致电95588。", "061233"),
    ("订单20261123正在付款，验证码是4401", "4401"),
    ("订单号 88997766，金额 3500元，验证码：7788【商城】", "7788"),
    ("您的手机号13900000000正在注册，注册验证码为 9081 ，客服热线10086。", "9081"),
    ("验证码:３３４５。退订回复1234", "3345"),
    ("您好！您本次操作的安全码是「6620」，工作人员不会向您索取。", "6620"),
    ("【航空】确认码：QX82LM9，航班CA1234，请于2026-11-23 12:30前使用", "QX82LM9"),
    ("激活码 12345678 有效期至2026/12/31【软件】", "12345678"),
    ("您的一次性密码为 009911，请于180秒内输入。", "009911"),
    ("尊敬的用户：验证码 771203 ，如需帮助请拨打4008208820", "771203"),
    ("【政务】登录短信口令：55667，网址https://example.cn/8899/验证码", "55667"),
    ("验证码：\n902134\n【换行】", "902134"),
    ("您的随机码（5分钟内有效）：48213【邮局】", "48213"),
    ("Your verification code is 482913.", "482913"),
    ("482913 is your verification code. It expires in 10 minutes.", "482913"),
    ("Your OTP is 1234. Do not share it with anyone. -BANK", "1234"),
    ("G-830122 is your verification code.", "830122"),
    ("Your code: 123-456. Don't share this code with others", "123456"),
    ("Use 774 201 as your login code", "774201"),
    ("OTP for your transaction of USD 4500 on card ending 9911 is 302817. Call 18001234 if not you.", "302817"),
    ("Your Acme passcode is A1B2C3", "A1B2C3"),
    ("Enter PIN 9021 within 300 seconds", "9021"),
    ("Security code: 55012. Valid until 2026-11-23 23:59.", "55012"),
    ("<#> Your code is 8812\nFA+9qCX9VSu", "8812"),
    ("【云上】绑定邮箱abc1234@qq.com的验证码是：4433", "4433"),
    ("【云上】访问https://a.cn/x12验证码为1234，勿泄露", "1234"),
    ("【平安银行】您的验证码为：【654321】，请在页面输入。", "654321"),
    ("您的验证码是:【8899】【测试】", "8899"),
    ("4821（验证码）【12306】", "4821"),
    ("收件人尾号 1208，取件密码 5566【快递】", "5566"),
    ("您的验证码已发送【12306】", None),
    ("【菜鸟】您有包裹，提货码：G8821，验证码可向司机索取", None),
    ("【丰巢】取件码88563021，请凭验证码取件。", None),
    ("优惠码：SALE2026，登录密码请查看APP【商城】", None),
    ("【商城】密码登录请访问官网，退订回T1234", None),
    ("Order 99887766 ships today. Use discount code SAVE2024 at checkout", None),
    ("您的订单20261123已发货，运单号 66778899，电话13900000000", None),
    ("您本月账单3500元，请于2026年12月10日前还款【银行】", None),
    ("请凭邀请函参加，会议时间2026-11-23，房间1204", None),
    ("【验证码1234】您好，欢迎注册", None),
    ("您的验证码已发送，请注意查收，客服电话 95588", None),
    ("Your password was changed on 23 Nov 2026. Call 95588 if it was not you", None),
    ("Your zip code 94107 is served", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "code"), TEXTS)
def test_the_code_of_a_text(text: str, code: str | None) -> None:
    assert otp_in(text) == code


@given(
    code=st.from_regex(r"[0-9]{4,8}", fullmatch=True),
    word=st.sampled_from(["验证码", "校验码：", "动态码为", "您的验证码是:", "Your code is ", "OTP: ", "verification code "]),
    tail=st.sampled_from(["", "，5分钟内有效", "【测试】", ", valid 10 minutes", "。如非本人操作请致电95588", "，订单20261123，3500元"]),
    wide=st.booleans(),
)
def test_any_code_behind_its_word(code: str, word: str, tail: str, wide: bool) -> None:
    """Whatever its digits are, a date or a year among them."""
    shown = code.translate({ord("0") + n: ord("０") + n for n in range(10)}) if wide else code
    assert otp_in(f"{word}{shown}{tail}") == code


@given(st.text() | st.text(alphabet="验证码 code:0123456789-.元年【】A，"))
def test_what_is_found_is_a_code(text: str) -> None:
    """Nothing is raised, and a code is never made up: its characters are there."""
    code = otp_in(text)
    if code is not None:
        assert 4 <= len(code) <= 8
        assert code.isascii()
        assert any(one.isdigit() for one in code)


@given(st.text(alphabet="0123456789-. ", max_size=40))
def test_no_word_no_code(text: str) -> None:
    assert otp_in(text) is None


def test_a_long_text_costs_little() -> None:
    """A hostile one, too: nothing is tried over and over."""
    assert otp_in("1234 " * 20_000) is None
    assert otp_in("【" * 50_000) is None
    assert otp_in("a" * 1_000_000) is None
