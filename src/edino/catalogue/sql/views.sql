CREATE VIEW pub.catalogue_product AS
SELECT product.id, product.uid, product.code, product.slug, brand.name AS brand, product.category_ids, product.names,
       product.attributes, product.is_active AS active, product.created_at, product.descriptions, product.changed_at
  FROM catalogue_product AS product
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id;

CREATE VIEW pub.catalogue_variant AS
SELECT variant.id, variant.product_id, variant.sku, variant.options, variant.weight_g, variant.tax,
       variant.is_active AND product.is_active AS active, product.uid AS product_uid, product.names
  FROM catalogue_variant AS variant
  JOIN catalogue_product AS product ON product.id = variant.product_id;
COMMENT ON VIEW pub.catalogue_variant IS 'A variant is active when its product is active too.';

CREATE VIEW pub.catalogue_barcode AS
SELECT barcode.variant_id, barcode.text, barcode.gtin FROM catalogue_barcode AS barcode;

CREATE VIEW pub.catalogue_category AS
SELECT category.id, category.code, category.parent_id, category.path, category.names, category.is_active AS active
  FROM catalogue_category AS category;

CREATE VIEW pub.catalogue_assortment AS
SELECT assortment.id, assortment.code, assortment.name, assortment.currency, assortment.languages, assortment.region,
       assortment.channels, assortment.is_default
  FROM catalogue_assortment AS assortment;

CREATE VIEW pub.catalogue_presence AS
SELECT presence.assortment_id, presence.product_id, presence.is_listed FROM catalogue_presence AS presence;
COMMENT ON VIEW pub.catalogue_presence IS 'Which assortment offers which product.';

CREATE VIEW pub.catalogue_price AS
SELECT price.id, list.code AS price_list, list.currency, list.region, list.customer_group, list.priority,
       list.is_active AND NOT list.is_reserved AS active, price.variant_id, price.amount, price.starts_at, price.ends_at,
       price.recorded_at
  FROM catalogue_price AS price
  JOIN catalogue_price_list AS list ON list.id = price.list_id;
COMMENT ON VIEW pub.catalogue_price IS
    'The whole history of every list. What is in force, docs/algorithms/pricing.md says; catalogue.api.prices answers it.';

CREATE VIEW pub.catalogue_media AS
SELECT media.id, media.product_id, media.variant_id, media.place, media.alt, media.position
  FROM catalogue_media AS media;

CREATE VIEW pub.catalogue_axis AS
SELECT axis.code, axis.names, axis.position FROM catalogue_axis AS axis;

CREATE VIEW pub.catalogue_attribute AS
SELECT attribute.code, attribute.kind, attribute.names, attribute.unit, attribute.choices
  FROM catalogue_attribute AS attribute;
