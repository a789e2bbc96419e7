// SPDX-License-Identifier: MIT
#include "executor.h"

struct text {
	char *to;
	size_t size, used;
};

static void put(struct text *text, char c)
{
	if (text->used + 1 < text->size)
		text->to[text->used++] = c;
}

static void put_number(struct text *text, unsigned long long value, unsigned int base)
{
	char digits[24];
	unsigned int count = 0;

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while ((value /= base) > 0);
	while (count > 0)
		put(text, digits[--count]);
}

static void put_signed(struct text *text, long long value)
{
	if (value < 0)
		put(text, '-');
	put_number(text, value < 0 ? -(unsigned long long)value : (unsigned long long)value, 10);
}

size_t print_list(char *to, size_t size, const char *format, va_list list)
{
	struct text text = { to, size, 0 };

	for (; *format; format++) {
		unsigned int longs = 0;

		if (*format != '%') {
			put(&text, *format);
			continue;
		}
		while (*++format == 'l')
			longs++;
		switch (*format) {
		case 's':
			for (const char *at = va_arg(list, const char *); *at; at++)
				put(&text, *at);
			break;
		case 'd': put_signed(&text, longs ? va_arg(list, long) : va_arg(list, int)); break;
		case 'u': put_number(&text, longs ? va_arg(list, unsigned long) : va_arg(list, unsigned int), 10); break;
		case 'x': put_number(&text, longs ? va_arg(list, unsigned long) : va_arg(list, unsigned int), 16); break;
		default: put(&text, '?');
		}
	}
	to[text.used] = 0;
	return text.used;
}

size_t print(char *to, size_t size, const char *format, ...)
{
	va_list list;
	size_t length;

	va_start(list, format);
	length = print_list(to, size, format, list);
	va_end(list);
	return length;
}
