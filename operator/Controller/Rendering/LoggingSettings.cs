namespace KafkaLogstash.Controller.Rendering;

/// <summary>
/// The <c>log4j2.properties</c> of the pods. Logstash takes it from the settings folder, and without one it logs nothing but errors; the
/// placeholders are Logstash's own system properties for <c>log.level</c> and <c>log.format</c>.
/// </summary>
internal static class LoggingSettings
{
    /// <summary>The name of the file in the settings folder.</summary>
    public const string FileName = "log4j2.properties";

    /// <summary>The content: everything goes to standard output, as lines or as JSON.</summary>
    public const string Content = """
        status = error
        name = KafkaLogstashOperator

        appender.plain.type = Console
        appender.plain.name = plain_console
        appender.plain.layout.type = PatternLayout
        appender.plain.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}]%notEmpty{[%X{pipeline.id}]}%notEmpty{[%X{plugin.id}]} %m%n

        appender.json.type = Console
        appender.json.name = json_console
        appender.json.layout.type = JSONLayout
        appender.json.layout.compact = true
        appender.json.layout.eventEol = true

        rootLogger.level = ${sys:ls.log.level}
        rootLogger.appenderRef.console.ref = ${sys:ls.log.format}_console

        """;
}
