CREATE VIEW pub.channels_source AS
SELECT source.id, source.name, channel.code AS channel_code, channel.name_en AS channel_name,
       channel.name_ru AS channel_name_ru, source.brand_id AS brand
  FROM channels_source AS source
  JOIN channels_channel AS channel ON channel.code = source.channel_id;
