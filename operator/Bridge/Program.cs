using KafkaLogstash.Bridging;

// The settings are checked here, before anything is opened.
_ = BridgeSettingsFile.Read(await File.ReadAllBytesAsync(args is [var path] ? path : BridgeDefaults.SettingsFile));
